using System.Runtime.InteropServices;
using AtpKeyserver.DevStack;
using AtpKeyserver.DevStack.Walkthroughs;

const int failed = 1;
const int interrupted = 130;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
try
{
    return await new Session(CommandLine.Parse(args), StackTerminal.Console).RunAsync(stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.WriteLine();
    return interrupted;
}
catch (Exception e) when (e is StackException or StepFailedException)
{
    Console.WriteLine();
    Console.Error.WriteLine(StackTerminal.Console.Red(e.Message));
    return failed;
}

// The second signal ends the process at once, and the kernel ends its children.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
