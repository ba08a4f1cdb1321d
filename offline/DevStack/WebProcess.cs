using System.Diagnostics;
using AtpKeyserver.FunctionsHost.Processes;

namespace AtpKeyserver.DevStack;

/// <summary>Starts programs that serve HTTP.</summary>
internal static class WebProcess
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    /// <summary>Starts a program and waits until it responds, whatever it responds.</summary>
    /// <exception cref="StackException">It ended, or did not respond in 60 s. It is stopped.</exception>
    public static async Task<ChildProcess> LaunchAsync(
        string name,
        Uri address,
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?> environment,
        CancellationToken cancellation,
        string? folder = null)
    {
        var process = await ChildProcess.StartAsync(name, program, arguments, environment, folder: folder);
        try
        {
            await WaitForResponseAsync(process, address, cancellation);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static async Task WaitForResponseAsync(ChildProcess process, Uri address, CancellationToken cancellation)
    {
        using var http = Loopback.Client(TimeSpan.FromSeconds(10));
        for (var since = Stopwatch.GetTimestamp(); ; await Task.Delay(50, cancellation))
        {
            try
            {
                using var response = await http.GetAsync(address, cancellation);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException
                && !cancellation.IsCancellationRequested)
            {
                if (Stopwatch.GetElapsedTime(since) > StartLimit || process.Process.HasExited)
                    throw new StackException(
                        $"{process.Name} did not start on port {address.Port}. {process.LastOutput}");
            }
        }
    }
}
