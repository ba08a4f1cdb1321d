namespace AtpKeyserver.DevStack;

/// <summary>Signals that ask a process to end in its own time; the numbers are the same on every Unix.</summary>
internal enum PosixSignalNumber
{
    Interrupt = 2,
    Terminate = 15,
}
