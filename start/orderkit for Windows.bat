@echo off
rem Double-click this on Windows: it finds a Python, then "run.py start" makes the weekly page and opens it.
setlocal
title orderkit
pushd "%~dp0.."
if not exist run.py goto incomplete

py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul
if not errorlevel 1 (
    set "PYTHON=py -3"
    goto found
)
python -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul
if not errorlevel 1 (
    set "PYTHON=python"
    goto found
)

echo orderkit needs Python 3.11 or later, and none was found on this computer.
echo 1. Open https://www.python.org/downloads/windows/ in your browser.
echo 2. Download the newest Python 3 (the 64-bit installer), and install it with the settings as they are.
echo 3. Double-click this starter again.
set "ENDED=2"
goto finish

:incomplete
echo run.py was not found beside the folder of this starter.
echo If you opened a downloaded .zip: close it, right-click it, choose "Extract All", and start this from the new folder.
set "ENDED=2"
goto finish

:found
%PYTHON% run.py start %*
set "ENDED=%ERRORLEVEL%"

:finish
popd
echo.
pause
exit /b %ENDED%
