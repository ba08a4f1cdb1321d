using System.Net;
using System.Net.Sockets;
using AtpKeyserver.FunctionsHost;
using AtpKeyserver.Tests.FunctionsHost.Support;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>Failures at startup: one error gives the reason, and no process remains.</summary>
public sealed class StartTests
{
    private readonly Observed<string> _lines = new();

    [Fact]
    public async Task The_output_of_a_worker_that_exits_at_startup_is_quoted()
    {
        using var folder = AppFolder.OfScript("echo first reason; echo second reason >&2; exit 3");
        var refusal = await RefusedAsync(Options(folder));

        Assert.Contains("The worker ended during startup.", refusal, StringComparison.Ordinal);
        Assert.Contains("first reason", refusal, StringComparison.Ordinal);
        Assert.Contains("second reason", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_whose_port_was_taken_is_restarted()
    {
        using var folder = AppFolder.CopyHostApp();
        folder.WriteScript("""
            mkdir "$HOSTAPP_MARK/failed" \
                && echo "Failed to bind to address http://127.0.0.1:1: address already in use." && exit 1
            exec dotnet AtpKeyserver.Tests.HostApp.dll "$@"
            """);
        await using var host = await LocalHost.StartAsync(Options(folder));

        Assert.Single(_lines.All, line => line.EndsWith(
            "Another process took the worker's port. Restarting the worker.", StringComparison.Ordinal));
        using var http = AppHost.Client(new Uri(host.Addresses.First()));
        using var response = await http.GetAsync(new Uri("/echo/a", UriKind.Relative));
        response.EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task A_worker_that_never_gets_a_port_is_started_three_times()
    {
        using var folder = AppFolder.OfScript("echo x >> starts; echo Failed to bind: address already in use.; exit 1");
        var refusal = await RefusedAsync(Options(folder));

        Assert.Contains("address already in use", refusal, StringComparison.Ordinal);
        Assert.Equal(3, (await File.ReadAllLinesAsync(Path.Combine(folder.Location, "starts"))).Length);
    }

    [Fact]
    public async Task A_worker_that_does_not_start_in_time_is_quoted_and_killed()
    {
        using var folder = AppFolder.OfScript("echo I am slow; exec sleep infinity");
        var refusal = await RefusedAsync(Options(folder) with { StartTimeout = TimeSpan.FromSeconds(2) });

        Assert.Contains("The worker did not start within 2 s.", refusal, StringComparison.Ordinal);
        Assert.Contains("I am slow", refusal, StringComparison.Ordinal);
        await Processes.WaitForNoneAsync($"HOSTAPP_MARK={folder.Location}");
    }

    [Fact]
    public async Task A_cancelled_start_leaves_no_process_running()
    {
        using var folder = AppFolder.OfScript("echo starting; exec sleep infinity");
        using var cancelling = new CancellationTokenSource();
        var start = LocalHost.StartAsync(Options(folder), cancelling.Token);
        await _lines.FirstAsync(line => line == "starting");
        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
        await Processes.WaitForNoneAsync($"HOSTAPP_MARK={folder.Location}");
    }

    [Theory]
    [InlineData("worker.config.json", null, "worker.config.json")]
    [InlineData("worker.config.json", "{", "publish folder")]
    [InlineData("worker.config.json", """{"description":{"language":"java"}}""", "publish folder")]
    [InlineData("worker.config.json",
        """{"description":{"defaultExecutablePath":"dotnet","defaultWorkerPath":"gone.dll"}}""", "gone.dll is missing")]
    [InlineData(
        "worker.config.json",
        """{"description":{"defaultExecutablePath":"no-such-program","defaultWorkerPath":"host.json"}}""",
        "no-such-program")]
    [InlineData("host.json", null, "not a published function app")]
    [InlineData("host.json", "{", "host.json is invalid")]
    [InlineData("host.json", "[]", "host.json is invalid")]
    [InlineData("host.json", """{"functionTimeout":"soon"}""", "host.json is invalid")]
    [InlineData("host.json", """{"extensions":{"http":{"maxConcurrentRequests":"many"}}}""", "host.json is invalid")]
    [InlineData("host.json", """{"logging":{"logLevel":{"default":"Chatty"}}}""", "host.json is invalid")]
    [InlineData("local.settings.json", "Values", "local.settings.json is invalid")]
    public async Task An_invalid_file_is_named(string name, string? text, string reason)
    {
        using var folder = AppFolder.OfScript("exit 1");
        if (text is null)
            File.Delete(Path.Combine(folder.Location, name));
        else
            folder.Write(name, text);

        Assert.Contains(reason, await RefusedAsync(Options(folder)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://*:0")]
    [InlineData("http://keys.example:0")]
    public async Task A_public_address_requires_a_master_key(string url)
    {
        using var folder = AppFolder.OfScript("exit 1");
        var refusal = await RefusedAsync(
            Options(folder, ("FUNCTIONS_MASTER_KEY", null)) with { Urls = ["http://127.0.0.1:0", url] });

        Assert.Contains("FUNCTIONS_MASTER_KEY", refusal, StringComparison.Ordinal);
        Assert.Contains(url, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = $"http://{other.LocalEndpoint}";
        var refusal = await RefusedAsync(Options(null, ("HOSTAPP_MARK", url)) with { Urls = [url] });

        Assert.Contains(url, refusal, StringComparison.Ordinal);
        Assert.Contains("in use", refusal, StringComparison.Ordinal);
        await Processes.WaitForNoneAsync($"HOSTAPP_MARK={url}");
    }

    [Fact]
    public async Task Functions_that_the_real_host_would_refuse_are_named()
    {
        var refusal =
            await RefusedAsync(Options(null, ("HostApp_Schedule", null), ("HOSTAPP_MARK", nameof(StartTests))));

        Assert.Contains("BySetting: the setting HostApp_Schedule", refusal, StringComparison.Ordinal);
        await Processes.WaitForNoneAsync($"HOSTAPP_MARK={nameof(StartTests)}");
    }

    [Fact]
    public async Task An_app_without_the_integration_of_ASP_NET_Core_is_refused() => Assert.Contains(
        "ConfigureFunctionsWebApplication()", await RefusedAsync(Options(null, ("HOSTAPP_WITHOUT_HTTP", "true"))),
        StringComparison.Ordinal);

    private static async Task<string> RefusedAsync(LocalHostOptions options) =>
        (await Assert.ThrowsAsync<HostException>(() => LocalHost.StartAsync(options))).Message;

    private LocalHostOptions Options(AppFolder? folder, params IReadOnlyList<(string Name, string? Value)> environment)
    {
        var options = AppHost.Options(_lines);
        var changed = new Dictionary<string, string?>(options.Environment) { ["HOSTAPP_MARK"] = folder?.Location };
        foreach (var (name, value) in environment)
            changed[name] = value;
        return options with { AppFolder = folder?.Location ?? options.AppFolder, Environment = changed };
    }
}
