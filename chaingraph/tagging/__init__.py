"""Which segments does a product text belong to?"""
