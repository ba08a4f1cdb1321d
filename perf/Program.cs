using System.CommandLine;
using AtpKeyserver.Perf;

try
{
    // An unexpected exception ends the program with a stack trace.
    return await Verbs.Create().Parse(args).InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Stopped: interrupted, or the time limit was exceeded.");
    return 1;
}
