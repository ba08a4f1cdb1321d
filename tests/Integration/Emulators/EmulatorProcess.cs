using System.Globalization;
using AtpKeyserver.DevStack;
using AtpKeyserver.FunctionsHost.Processes;
using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Integration.Emulators;

/// <summary>An emulator in its own process, ready for requests.</summary>
internal sealed class EmulatorProcess : IAsyncDisposable
{
    private readonly ChildProcess _child;

    private EmulatorProcess(ChildProcess child, Uri address)
    {
        _child = child;
        Address = address;
    }

    /// <summary>What it wrote after READY.</summary>
    public Uri Address { get; }

    public static string Program(string emulator) =>
        Path.Combine(AppContext.BaseDirectory, $"AtpKeyserver.Emulators.{emulator}.dll");

    public static async Task<EmulatorProcess> StartAsync(
        string emulator, string folder, int port = 0, bool withoutIPv6 = false)
    {
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var child = await ChildProcess.StartAsync(
            emulator,
            "dotnet",
            [Program(emulator), "--port", port.ToString(CultureInfo.InvariantCulture), "--data", folder],
            new Dictionary<string, string?>
            {
                ["KEYVAULT_EMULATOR_TOKEN"] = KeyVaultClient.Token,
                ["DOTNET_SYSTEM_NET_DISABLEIPV6"] = withoutIPv6 ? "1" : null,
            },
            line => ready.TrySetResult(line));
        try
        {
            var line = await ready.Task.WaitAsync(Eventually.Patience);
            Assert.StartsWith("READY ", line, StringComparison.Ordinal);
            return new EmulatorProcess(child, new Uri(line["READY ".Length..]));
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends SIGKILL during a change: a short time after a number of further responses.</summary>
    public async Task KillAsync(Func<int> answers, TimeSpan later)
    {
        const int more = 3;
        var enough = answers() + more;
        await Eventually.TrueAsync(() => answers() >= enough);
        await Task.Delay(later);
        await _child.KillAsync();
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        var (code, output) = await Command.RunAsync("sh", ["-c", $"kill -TERM {_child.Process.Id}"]);
        Assert.True(code == 0, output);
        await _child.Process.WaitForExitAsync().WaitAsync(Eventually.Patience);
        return _child.Process.ExitCode;
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
