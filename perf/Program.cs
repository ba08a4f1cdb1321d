using System.CommandLine;
using AtpKeyserver.Perf;

try
{
    // An exception ends the program with its stack trace.
    return await Verbs.Create().Parse(args).InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Stopped: interrupted, or the verb took longer than its time limit.");
    return 1;
}
