namespace AtpKeyserver.FunctionsHost.Processes;

/// <summary>Signals to a process, by their numbers on Linux.</summary>
public enum PosixSignalNumber
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Pause = 19,
}
