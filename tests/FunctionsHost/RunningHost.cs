using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Reflection;
using System.Text.Json;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>A host that runs tests/HostApp, and what it wrote.</summary>
public class RunningHost : IAsyncLifetime
{
    public const string MasterKey = "a key of the tests";

    private readonly ConcurrentQueue<string> _lines = new();

    public static string Folder { get; } = Path.Combine(
        AzuriteProcess.RepositoryRoot(), "tests/HostApp/bin", ConfigurationName, "net10.0/publish");

    public LocalHost Host { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public IEnumerable<string> Lines => _lines;

    public FakeClock Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 11, 30, 0, TimeSpan.Zero));

    /// <summary>Settings beside those of the class.</summary>
    protected virtual Dictionary<string, string?> Settings => [];

    protected virtual bool HasFakeClock => false;

    private static string ConfigurationName =>
        typeof(RunningHost).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    public static LocalHostOptions Options(Action<string> writeLine, Dictionary<string, string?>? settings = null) => new()
    {
        AppFolder = Folder,
        Urls = ["http://127.0.0.1:0"],
        WriteLine = writeLine,
        Environment = new Dictionary<string, string?>(settings ?? [])
        {
            ["FUNCTIONS_MASTER_KEY"] = MasterKey,
            ["HOSTAPP_SCHEDULE"] = "0 0 0 1 1 *",
            ["AzureWebJobs_Unscheduled_Disabled"] = "true",
        },
    };

    public async Task InitializeAsync()
    {
        var options = Options(_lines.Enqueue, Settings);
        Host = await LocalHost.StartAsync(HasFakeClock ? options with { Clock = Clock } : options);
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(Host.Addresses.Single()),
            Timeout = Eventually.Patience,
        };
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
    }

    public async Task<JsonElement> EchoAsync(HttpRequestMessage request)
    {
        using var answer = await Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    public async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    /// <summary>SIGKILL to the worker alone.</summary>
    public void KillWorker()
    {
        using var worker = Process.GetProcessById(Host.WorkerProcessId!.Value);
        worker.Kill();
    }

    public Task SaysAsync(string text) => Eventually.TrueAsync(() => Says(text));

    public bool Says(string text) => _lines.Any(line => line.Contains(text, StringComparison.Ordinal));

    public async Task<HttpStatusCode> StartTimerAsync(string name, string? key = MasterKey, string body = """{"input":""}""")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/admin/functions/{name}");
        request.Content = new StringContent(body, null, "application/json");
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        using var answer = await Http.SendAsync(request);
        return answer.StatusCode;
    }
}
