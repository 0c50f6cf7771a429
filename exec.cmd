@rem npm scripts say `exec`, so that a POSIX shell leaves signals to the program. This is what it means to cmd.exe.
@%*
