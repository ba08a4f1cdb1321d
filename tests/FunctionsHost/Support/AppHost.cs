using System.Net.Http.Json;
using System.Text;
using AtpKeyserver.FunctionsHost;

namespace AtpKeyserver.Tests.FunctionsHost.Support;

/// <summary>A local host that runs <c>tests/HostApp</c>, and a client for it.</summary>
internal sealed class AppHost : IAsyncDisposable
{
    /// <summary>The master key.</summary>
    public const string Key = "open sesame";

    private static readonly string[] Timers =
        ["EverySecond", "EveryMinute", "Unmonitored", "AtStart", "BySetting", "Failing", "Patient", "Stubborn"];

    private AppHost(LocalHost host, Observed<string> lines)
    {
        Host = host;
        Lines = lines;
        Http = Client(Address);
    }

    public LocalHost Host { get; }

    public HttpClient Http { get; }

    /// <summary>The output of the host and the app.</summary>
    public Observed<string> Lines { get; }

    public Uri Address => new(Host.Addresses.First());

    /// <summary>Starts the app. Only the named timers are enabled.</summary>
    public static async Task<AppHost> StartAsync(
        Func<LocalHostOptions, LocalHostOptions>? change = null, params IReadOnlyList<string> timers)
    {
        var lines = new Observed<string>();
        var options = Options(lines, timers);
        return new AppHost(await LocalHost.StartAsync(change is null ? options : change(options)), lines);
    }

    public static LocalHostOptions Options(Observed<string> lines, params IReadOnlyList<string> timers)
    {
        var environment = new Dictionary<string, string?>
        {
            ["FUNCTIONS_MASTER_KEY"] = Key,
            ["HostApp_Schedule"] = "0 0 0 1 1 *",
            ["AzureFunctionsJobHost__extensions__http__customHeaders__X-From-Host"] = "yes",
            ["AzureWebJobs_EchoDisabled_Disabled"] = "1",
        };
        foreach (var timer in Timers.Except(timers))
            environment[$"AzureWebJobs.{timer}.Disabled"] = "true";
        return new LocalHostOptions
        {
            AppFolder = AppFolder.HostApp,
            Urls = ["http://127.0.0.1:0"],
            Environment = environment,
            WriteLine = lines.Add,
            StartTimeout = TimeSpan.FromMinutes(2),
            StopTimeout = TimeSpan.FromSeconds(30),
        };
    }

    public static HttpClient Client(Uri address) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
    })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromMinutes(2),
    };

    /// <summary>Sends a request without normalizing its path.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        string method, string path, HttpContent? content = null,
        params IReadOnlyList<(string Name, string Value)> headers)
    {
        var asWritten = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri($"{Address.GetLeftPart(UriPartial.Authority)}{path}", asWritten));
        request.Content = content;
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<Seen> EchoAsync(
        string method, string path, HttpContent? content = null,
        params IReadOnlyList<(string Name, string Value)> headers)
    {
        using var response = await SendAsync(method, path, content, headers);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Seen>())!;
    }

    /// <summary>Starts a timer function.</summary>
    public async Task StartTimerAsync(string name)
    {
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        using var response = await SendAsync("POST", $"/admin/functions/{name}", body, ("x-functions-key", Key));
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until this many calls wait at the gate of the app.</summary>
    public Task WaitAtGateAsync(int count = 1) => Lines.FirstAsync(count, line => line == "Gate: arrived");

    public void OpenGate() => Processes.SendContinue(Host.WorkerProcessId!.Value);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
    }
}
