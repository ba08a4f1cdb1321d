using System.Net.Http.Json;
using AtpKeyserver.FunctionsHost.Processes;
using AtpKeyserver.Tests.FunctionsHost.Support;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>The host as a program.</summary>
public sealed class ProgramTests
{
    private const string Schedule = "HostApp_Schedule";

    private readonly Observed<string> _lines = new();

    [Fact]
    public async Task SIGTERM_stops_host_and_worker_without_an_error()
    {
        await using var program = await StartAsync(AppFolder.HostApp, "http://127.0.0.1:0");
        var worker = await WorkerAsync();
        program.Signal(PosixSignalNumber.Terminate);
        await program.Process.WaitForExitAsync();

        Assert.Equal(0, program.Process.ExitCode);
        Assert.Contains("HostApp ended by itself", _lines.All);
        await Processes.WaitForEndAsync(worker);
    }

    [Fact]
    public async Task The_worker_exits_when_the_host_is_killed()
    {
        await using var program = await StartAsync(AppFolder.HostApp, "http://127.0.0.1:0");
        var worker = await WorkerAsync();
        // The program alone, without its children.
        program.Signal(PosixSignalNumber.Kill);

        await Processes.WaitForEndAsync(worker);
    }

    [Fact]
    public async Task SIGTERM_stops_a_start()
    {
        using var folder = AppFolder.OfScript("echo starting; exec sleep infinity");
        await using var program = await StartAsync(folder.Location);
        await _lines.FirstAsync(line => line == "starting");
        program.Signal(PosixSignalNumber.Terminate);
        await program.Process.WaitForExitAsync();

        Assert.Equal(0, program.Process.ExitCode);
        await Processes.WaitForNoneAsync($"HOSTAPP_MARK={folder.Location}");
    }

    [Theory]
    [InlineData("Usage:")]
    [InlineData("Usage:", "--help")]
    [InlineData("/no/such/folder/host.json is missing", "/no/such/folder")]
    public async Task Invalid_arguments_end_it_with_an_error(string message, params string[] arguments)
    {
        await using var program = await StartAsync(arguments);
        await program.Process.WaitForExitAsync();

        Assert.Equal(1, program.Process.ExitCode);
        Assert.Contains(message, Assert.Single(_lines.All), StringComparison.Ordinal);
    }

    private Task<ChildProcess> StartAsync(params string[] arguments) => ChildProcess.StartAsync(
        "The host", "dotnet", [Path.Combine(AppContext.BaseDirectory, "AtpKeyserver.FunctionsHost.dll"), .. arguments],
        new Dictionary<string, string?> { [Schedule] = "0 0 0 1 1 *", ["HOSTAPP_MARK"] = arguments.FirstOrDefault() },
        _lines.Add);

    /// <summary>Waits until the host listens.</summary>
    /// <returns>The process of its worker.</returns>
    private async Task<int> WorkerAsync()
    {
        var listening = await _lines.FirstAsync(line => line.Contains(" timers on http://", StringComparison.Ordinal));
        using var http =
            AppHost.Client(new Uri(listening[listening.LastIndexOf("http://", StringComparison.Ordinal)..]));
        return (await http.GetFromJsonAsync<Seen>("/echo/a"))!.ProcessId;
    }
}
