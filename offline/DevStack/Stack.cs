using System.Diagnostics;
using System.Security.Cryptography;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Emulators.KeyVault;

namespace AtpKeyserver.DevStack;

/// <summary>
/// The keyserver and its dependencies on one machine: Azurite and the app as child processes; Key Vault, PLC directory
/// and PDS as emulators in this process. Everything ends with this process.
/// </summary>
public sealed class Stack : IAsyncDisposable
{
    /// <summary>
    /// The form in which the app stores data: name and time of the newest storage in tests/Golden. A data folder names
    /// the form of its data, because the app cannot read another one.
    /// </summary>
    public const string StoredForm = "v1 2026-11-30T09:04";

    private const string KeyName = "keyserver";

    private readonly StackOptions _options;
    private readonly StackFolder _folder;
    private readonly List<AppProcess> _instances = [];
    private readonly string _vaultToken = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private Dictionary<string, string?> _environment = [];

    private Stack(StackOptions options, StackFolder folder)
    {
        _options = options;
        _folder = folder;
        Log = new AppLog(options.LogLines);
    }

    /// <summary>The app's base address.</summary>
    public Uri App => Keyserver.Origin;

    /// <summary>The keyserver's DID.</summary>
    public string KeyserverDid => _environment["Keyserver__Did"]!;

    /// <summary>The app's process.</summary>
    public AppProcess Keyserver => _instances[0];

    /// <summary>The output of all instances of the app.</summary>
    public AppLog Log { get; }

    /// <summary>The app's environment variables, for programs that use the same storage and keys.</summary>
    public IReadOnlyDictionary<string, string?> AppVariables => _environment;

    public AzuriteProcess Azurite { get; private set; } = null!;

    public KeyVaultEmulator KeyVault { get; private set; } = null!;

    /// <summary>PLC directory and PDS; not started if the options name another PLC directory.</summary>
    public AtprotoEmulator Atproto { get; private set; } = null!;

    /// <summary>The port of the playground, which is no part of the stack.</summary>
    internal int PlaygroundPort { get; private set; }

    /// <summary>The file that connects walkthroughs; null if nothing is stored.</summary>
    internal string? KeptKeys => _folder.KeptKeys;

    /// <summary>Starts everything and returns when the app is healthy.</summary>
    /// <exception cref="StackException">A part could not start. All parts are stopped.</exception>
    public static async Task<Stack> StartAsync(StackOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new StackOptions();
        if (options.AppPort != 0 && !LoopbackPort.IsFree(options.AppPort))
            throw new StackException($"Port {options.AppPort} is in use. Choose another port with --port.");
        var stack = new Stack(options, StackFolder.Open(options.DataFolder, options.Fresh));
        try
        {
            await stack.StartPartsAsync(cancellation);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts another instance of the app with the same storage, vault and identities, like a scale-out.
    /// </summary>
    /// <param name="extra">Additional environment variables of this instance.</param>
    /// <param name="cancellation">Cancels the start.</param>
    public async Task<AppProcess> StartInstanceAsync(
        IReadOnlyDictionary<string, string>? extra = null, CancellationToken cancellation = default)
    {
        var environment = new Dictionary<string, string?>(_environment);
        foreach (var (name, value) in extra ?? new Dictionary<string, string>())
            environment[name] = value;
        var instance = await AppProcess.StartAsync(LoopbackPort.Choose(), environment, Log, cancellation);
        lock (_instances)
            _instances.Add(instance);
        return instance;
    }

    /// <summary>
    /// Restarts Key Vault at the same address after it was disposed. Without a data folder, its keys are new.
    /// </summary>
    public Task RestartKeyVaultAsync(CancellationToken cancellation = default) =>
        StartKeyVaultAsync(KeyVault.VaultUri.Port, cancellation);

    /// <summary>Waits until a part ends unexpectedly, and returns what happened.</summary>
    public async Task<string> WaitForFailureAsync(CancellationToken cancellation)
    {
        await Azurite.WaitForExitAsync(cancellation);
        return "Azurite ended unexpectedly.";
    }

    /// <summary>Stops the app before Azurite, so that nothing is lost.</summary>
    /// <returns>Whether everything is saved.</returns>
    public async Task<bool> StopAsync()
    {
        await Task.WhenAll(_instances.Select(instance => instance.StopAsync()));
        return await Azurite.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
            await instance.DisposeAsync();
        if (Azurite is not null)
            await Azurite.DisposeAsync();
        if (KeyVault is not null)
            await KeyVault.DisposeAsync();
        if (Atproto is not null)
            await Atproto.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartPartsAsync(CancellationToken cancellation)
    {
        var ports = _folder.Ports(_options.AppPort);
        PlaygroundPort = ports.Playground;

        await StageAsync("Azurite (Table Storage)", async () =>
        {
            Azurite = await AzuriteProcess.StartAsync(
                _folder.Tables, ports.Azurite, _options.DurableTables, cancellation: cancellation);
            return Azurite.Endpoint;
        });
        await StageAsync("Key Vault emulator", async () =>
        {
            await StartKeyVaultAsync(ports.KeyVault, cancellation);
            return KeyVault.VaultUri;
        });
        if (_options.PlcDirectory is null)
            await StageAsync("PLC directory and PDS emulator", async () =>
            {
                Atproto = await AtprotoEmulator.StartAsync(
                    new AtprotoEmulatorOptions { Port = ports.Atproto, DataFolder = _folder.Atproto }, cancellation);
                return Atproto.Origin;
            });
        await StageAsync("keyserver", async () =>
        {
            var port = _options.AppPort == 0 ? LoopbackPort.Choose() : _options.AppPort;
            _environment = AppEnvironment.Of(Settings(port), _options.Environment, KeyVault.CertificateFolder);
            _instances.Add(await AppProcess.StartAsync(port, _environment, Log, cancellation));
            return App;
        });
    }

    private async Task StartKeyVaultAsync(int port, CancellationToken cancellation)
    {
        KeyVault = await KeyVaultEmulator.StartAsync(
            new KeyVaultEmulatorOptions { Port = port, DataFolder = _folder.KeyVault, Token = _vaultToken },
            cancellation);
        await KeyVault.CreateKeyAsync(KeyName);
    }

    private Dictionary<string, string> Settings(int port) => new()
    {
        ["Keyserver__Did"] = _options.Did ?? $"did:web:localhost%3A{port}",
        ["Keyserver__PublicOrigin"] = $"http://localhost:{port}",
        ["Keyserver__PlcDirectory"] = (_options.PlcDirectory ?? Atproto.Origin).ToString().TrimEnd('/'),
        ["Keyserver__AllowLocalhost"] = "true",
        ["Keyserver__Tables__ConnectionString"] = Azurite.ConnectionString,
        ["Keyserver__KeyVault__KeyId"] = new Uri(KeyVault.VaultUri, $"keys/{KeyName}").ToString(),
        ["Keyserver__KeyVault__EmulatorToken"] = _vaultToken,
    };

    private async Task StageAsync(string title, Func<Task<Uri>> start)
    {
        _options.Progress?.Report(new StackStage(title));
        var since = Stopwatch.GetTimestamp();
        Uri where;
        try
        {
            where = await start();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException
            or InvalidOperationException)
        {
            throw new StackException($"{title}: {e.Message}", e);
        }

        _options.Progress?.Report(new StackStage(title, Stopwatch.GetElapsedTime(since), where.ToString()));
    }
}
