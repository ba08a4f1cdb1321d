using System.Runtime.InteropServices;
using AtpKeyserver.FunctionsHost;

const int failed = 1;

if (args is not [var folder, .. var urls] || folder.StartsWith('-'))
{
    Console.Error.WriteLine(
        "Usage: AtpKeyserver.FunctionsHost PUBLISH_FOLDER [URL …]. The default URL is http://127.0.0.1:7071.");
    return failed;
}

using var ending = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
try
{
    var options = new LocalHostOptions { AppFolder = folder };
    await using var host = await LocalHost.StartAsync(
        urls.Length == 0 ? options : options with { Urls = urls }, ending.Token);
    await Task.Delay(Timeout.Infinite, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    await host.StopAsync();
    return 0;
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    return 0;
}
catch (HostException e)
{
    Console.Error.WriteLine(e.Message);
    return failed;
}

// A second signal ends the process at once, and the kernel kills the worker.
void End(PosixSignalContext signal)
{
    signal.Cancel = !ending.IsCancellationRequested;
    _ = ending.CancelAsync();
}
