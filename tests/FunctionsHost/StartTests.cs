using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>What a host takes from the folder and its settings, and how it says that it cannot start.</summary>
public sealed class StartTests
{
    private readonly ConcurrentQueue<string> _lines = new();

    [Fact]
    public async Task A_worker_that_ends_during_its_start_is_quoted()
    {
        var refusal = await RefusedAsync(new() { ["HOSTAPP_START"] = "fail" });
        Assert.StartsWith("The worker ended during its start.", refusal, StringComparison.Ordinal);
        Assert.EndsWith("The setting is wrong.", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_does_not_start_in_time_is_quoted_and_killed()
    {
        var options = Options(new() { ["HOSTAPP_START"] = "hang" }) with { StartTimeout = TimeSpan.FromSeconds(3) };
        var refusal = await Assert.ThrowsAsync<HostException>(() => LocalHost.StartAsync(options));
        Assert.StartsWith("The worker did not start within 3 s.", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("Still thinking.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_is_cancelled_leaves_nothing_behind()
    {
        using var cancel = new CancellationTokenSource();
        var start = LocalHost.StartAsync(Options(new() { ["HOSTAPP_START"] = "hang" }), cancel.Token);
        await Eventually.TrueAsync(() => _lines.Contains("Still thinking."));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
    }

    [Theory]
    [InlineData("worker.config.json", null, "is not the publish folder of an isolated worker")]
    [InlineData("host.json", null, "host.json is missing")]
    [InlineData("host.json", "{", "host.json is invalid")]
    [InlineData("host.json", """{"functionTimeout": "soon"}""", "host.json is invalid")]
    [InlineData("host.json", """{"extensions": {"http": {"maxConcurrentRequests": "few"}}}""", "host.json is invalid")]
    [InlineData("local.settings.json", "{", "local.settings.json is invalid")]
    public async Task A_wrong_folder_is_refused(string file, string? text, string reason)
    {
        using var folder = CopiedFolder.Make();
        if (text is null)
            File.Delete(Path.Combine(folder.Path, file));
        else
            await File.WriteAllTextAsync(Path.Combine(folder.Path, file), text);
        var refusal = await Assert.ThrowsAsync<HostException>(() => LocalHost.StartAsync(Options([]) with { AppFolder = folder.Path }));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_come_from_the_file_and_the_environment_wins()
    {
        using var folder = CopiedFolder.Make();
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "local.settings.json"), """{"Values": {"HOSTAPP_SETTING": "file", "HOSTAPP_START": "fail"}}""");
        await using var host = await LocalHost.StartAsync(Options(new() { ["HOSTAPP_START"] = null }) with { AppFolder = folder.Path });
        using var http = new HttpClient();
        var seen = JsonDocument.Parse(await http.GetStringAsync(new Uri(host.Addresses.Single() + "/echo/x"))).RootElement;
        Assert.Equal("file", seen.GetProperty("setting").GetString());
        Assert.DoesNotContain(_lines, line => line.Contains("FUNCTIONS_MASTER_KEY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_others_can_reach_wants_a_key()
    {
        var options = Options(new() { ["FUNCTIONS_MASTER_KEY"] = null }) with { Urls = ["http://0.0.0.0:0"] };
        options = options with { Environment = new Dictionary<string, string?>(options.Environment) { ["FUNCTIONS_MASTER_KEY"] = null } };
        var refusal = await Assert.ThrowsAsync<HostException>(() => LocalHost.StartAsync(options));
        Assert.Contains("set FUNCTIONS_MASTER_KEY", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_refused()
    {
        await using var host = await LocalHost.StartAsync(Options([]));
        var refusal = await Assert.ThrowsAsync<HostException>(() => LocalHost.StartAsync(Options([]) with { Urls = [.. host.Addresses] }));
        Assert.Contains("address already in use", refusal.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_program_ends_its_worker_however_it_ends()
    {
        foreach (var signal in (string[])["-KILL", "-TERM"])
        {
            var port = LoopbackPort.Choose().ToString(CultureInfo.InvariantCulture);
            var program = RunningHost.Folder.Replace("tests/HostApp/", "offline/FunctionsHost/", StringComparison.Ordinal);
            var start = new ProcessStartInfo("dotnet", [
                Path.Combine(Path.GetDirectoryName(program)!, "AtpKeyserver.FunctionsHost.dll"), RunningHost.Folder, $"http://127.0.0.1:{port}"])
            {
                RedirectStandardOutput = true,
            };
            start.Environment["HOSTAPP_SCHEDULE"] = "0 0 0 1 1 *";
            using var host = Process.Start(start)!;
            while (await host.StandardOutput.ReadLineAsync() is { } line && !line.Contains(port, StringComparison.Ordinal))
                continue;
            var worker = Assert.Single(ChildrenOf(host.Id));
            using (var kill = Process.Start("kill", [signal, $"{host.Id}"]))
                await kill.WaitForExitAsync();
            await host.WaitForExitAsync();
            if (signal == "-TERM")
                Assert.Equal(0, host.ExitCode);
            await Eventually.TrueAsync(() => !Directory.Exists($"/proc/{worker}") || IsZombie(worker));
        }
    }

    private static IEnumerable<int> ChildrenOf(int parent) => Process.GetProcesses()
        .Select(process => process.Id)
        .Where(id => Status(id).Contains($"\nPPid:\t{parent}\n", StringComparison.Ordinal));

    private static bool IsZombie(int process) => Status(process).Contains("\nState:\tZ", StringComparison.Ordinal);

    private static string Status(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/status");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private LocalHostOptions Options(Dictionary<string, string?> settings) => RunningHost.Options(_lines.Enqueue, settings);

    private async Task<string> RefusedAsync(Dictionary<string, string?> settings) =>
        (await Assert.ThrowsAsync<HostException>(() => LocalHost.StartAsync(Options(settings)))).Message;
}
