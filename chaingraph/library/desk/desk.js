// The desk's keys, the place where files are dropped, and what happens when the desk is not there.
(function () {
  'use strict';
  const own = document.body.dataset.own;
  const lost = document.getElementById('lost');
  const often = 3000;
  let sending = false;

  async function alive() {
    try {
      const answer = await fetch(own + '/alive', { cache: 'no-store', credentials: 'same-origin' });
      return answer.ok ? 'here' : 'anew';
    } catch (error) {
      return 'gone';
    }
  }

  async function look() {
    const state = await alive();
    lost.hidden = state === 'here';
    lost.querySelector('[data-lost]').hidden = state === 'anew';
    lost.querySelector('[data-anew]').hidden = state !== 'anew';
    return state === 'here';
  }

  // A form is sent only while the desk is there, so that nothing typed is lost; and once.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.looked || 'plain' in form.dataset) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    const button = event.submitter;
    look().then((here) => {
      sending = false;
      if (!here) return;
      form.dataset.looked = 'yes';
      form.requestSubmit(button || undefined);
    });
  });
  window.addEventListener('pageshow', () => {
    for (const form of document.forms) delete form.dataset.looked;
  });

  const typing = (node) => node.matches('input, select, textarea');
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const key = event.key.toLowerCase();
    if (typing(event.target)) {
      const correct = document.querySelector('[data-correct]');
      if (key === 'enter' && correct && event.target.matches('[data-cell]')) {
        event.preventDefault();
        correct.click();
      } else if (key === 'escape') {
        event.target.blur();
      }
      return;
    }
    const cell = document.querySelector('[data-cell]');
    if (key === 'c' && cell) {
      event.preventDefault();
      cell.focus();
      return;
    }
    const pressed = /^[a-z]$/.test(key) ? document.querySelector('[data-press="' + key + '"]') : null;
    const view = /^[0-9]$/.test(key) ? document.querySelector('[data-key="' + key + '"]') : null;
    if (pressed || view) {
      event.preventDefault();
      (pressed || view).click();
    }
  });

  const drop = document.getElementById('drop');
  if (drop) {
    const zone = drop.querySelector('.drop-zone');
    const files = drop.querySelector('input[type="file"]');
    for (const kind of ['dragover', 'dragleave', 'drop']) {
      zone.addEventListener(kind, (event) => {
        event.preventDefault();
        zone.classList.toggle('is-over', kind === 'dragover');
        if (kind === 'drop' && event.dataTransfer.files.length) files.files = event.dataTransfer.files;
      });
    }
    // A file that misses the place would otherwise be opened instead of the page.
    for (const kind of ['dragover', 'drop']) window.addEventListener(kind, (event) => event.preventDefault());
  }

  // A command that goes on: the page is looked at again until it has ended, unless somebody is typing.
  if (document.querySelector('[data-going]')) {
    setInterval(() => {
      if (lost.hidden && !typing(document.activeElement)) location.reload();
    }, often);
  }
  setInterval(look, often);
  document.documentElement.dataset.ready = 'yes';
}());
