@echo off
rem The desk, by a double click on Windows. Written for Windows and NOT TESTED there; scripts/desk is what is tested.
rem Drag a case (folder or workbook) onto this file to open it instead of data\jiaxing.
chcp 65001 >nul
setlocal
set "root=%~dp0.."
if not exist "%root%\.venv\Scripts\python.exe" (
  py -3 -m venv "%root%\.venv" || goto failed
  "%root%\.venv\Scripts\python.exe" -m pip install -e "%root%[desk,briefs,charts,documents,slides]" || goto failed
)
rem No block in brackets here: a dragged path such as C:\case(1) comes without quotes, and its bracket would end the block.
if not "%~1"=="" goto given
"%root%\.venv\Scripts\python.exe" -m chaingraph desk "%root%\data\jiaxing" --region 嘉兴
goto ended
:given
"%root%\.venv\Scripts\python.exe" -m chaingraph desk %*
:ended
if errorlevel 1 goto failed
exit /b 0
:failed
pause
exit /b 1
