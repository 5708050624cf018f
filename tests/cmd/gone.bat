@echo off
(for /l %%i in (1,0,2) do @echo y) 2>nul | (set /p x=& call echo read %%x%%)
echo after
