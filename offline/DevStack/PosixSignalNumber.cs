namespace AtpKeyserver.DevStack;

/// <summary>Signals to a process, by their numbers on Linux.</summary>
internal enum PosixSignalNumber
{
    Interrupt = 2,
    Terminate = 15,
    Continue = 18,
    Pause = 19,
}
