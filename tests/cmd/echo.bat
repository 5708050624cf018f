@echo off
echo plain text  with  blanks
echo.
echo.dot
echo(paren
echo:colon
echo;semicolon
echo,comma
echo/slash
echo[bracket
echo]bracket
echo+plus
echo=equals
echo ^^ ^& ^| ^< ^> "^ & | < >"
echo one^
two
echo three ^
 four
@echo quiet
echo on off
echo
echo  two leading
rem echo nothing & echo nothing
rem & echo after rem
:label echo nothing & echo nothing
echo a & echo b && echo c || echo d
(echo in & echo paren)
( echo first
  echo second ) & echo third
echo %% %%a %%%% 100%% done
echo %undefined%empty%undefined%
echo "quoted ^& carets"
echo tail (paren) in text
) this is ignored & echo nothing
