using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Faults;

/// <summary>
/// One reference instance, and others behind faulty proxies. All reach the vault through one proxy, because keys are
/// named by the vault's address; the proxy tells instances apart by their tokens.
/// </summary>
[CollectionDefinition(Name)]
public sealed class FaultKeyserver : IAsyncLifetime, ICollectionFixture<FaultKeyserver>
{
    public const string Name = "Faulty dependencies";

    private const string Token = "Keyserver__KeyVault__EmulatorToken";

    private static readonly SemaphoreSlim Starts = new(1);

    private readonly ConcurrentDictionary<string, FaultyInstance> _instances = new();
    private readonly ConcurrentQueue<RecordingProxy> _proxies = new();
    private RecordingProxy _vault = null!;
    private FaultyInstance? _shared;
    private volatile string? _starting;
    private int _count;

    public Stack Stack { get; private set; } = null!;

    /// <summary>Calls the undisturbed instance.</summary>
    public Api Truth { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Stack = await Stack.StartAsync(new StackOptions
        {
            Environment = new Dictionary<string, string>(Timers.Off)
            {
                ["Keyserver__RateLimits__Enabled"] = "false",
                ["Keyserver__PublicCreationsPerHour"] = "1000000",
            },
        });
        // The stack's own instance knows the vault by another address.
        await Stack.Keyserver.StopAsync();
        _vault = await ProxyAsync(RecordingProxy.StartAsync(Stack.KeyVault.VaultUri, Stack.KeyVault.Certificate));
        _vault.Between = BeforeVaultAsync;
        Truth = (await StartInstanceAsync()).Api;
        (await Truth.GetAsync("keypair.getKeypair", Truth.NewAccount())).Ok();
    }

    /// <summary>One instance for all tests that need data that no instance has cached.</summary>
    public async Task<FaultyInstance> SharedInstanceAsync() => _shared ??= await StartInstanceAsync();

    /// <summary>
    /// Its attempt to open the keyring in advance failed, so tests begin with an instance that has opened nothing.
    /// </summary>
    public async Task<FaultyInstance> StartInstanceAsync()
    {
        var token = $"{Stack.AppVariables[Token]}-{Interlocked.Increment(ref _count)}";
        var storage = await ProxyAsync(RecordingProxy.StartAsync(Stack.Azurite.Endpoint));
        var directory = await ProxyAsync(RecordingProxy.StartAsync(Stack.Atproto.Origin));
        var app = await InstanceAfterFailureAsync(new Dictionary<string, string>
        {
            [Token] = token,
            ["Keyserver__KeyVault__KeyId"] = $"https://localhost:{_vault.Port}/keys/keyserver",
            ["Keyserver__Tables__ConnectionString"] = Stack.Azurite.ConnectionString.Replace(
                Stack.Azurite.Endpoint.Authority, $"127.0.0.1:{storage.Port}", StringComparison.Ordinal),
            ["Keyserver__PlcDirectory"] = $"http://127.0.0.1:{directory.Port}",
        });
        return _instances[token] = new FaultyInstance(app, new Api(Stack, app.Origin), storage, directory);
    }

    /// <summary>Sequentially, because all write into one log.</summary>
    private async Task<AppProcess> InstanceAfterFailureAsync(Dictionary<string, string> settings)
    {
        await Starts.WaitAsync();
        var hasTried = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Stack.Log.Written += Read;
        _starting = settings[Token];
        try
        {
            var app = await Stack.StartInstanceAsync(settings);
            // The first instance finds no keyring.
            if (Truth is not null)
                await hasTried.Task.WaitAsync(Eventually.Patience);
            return app;
        }
        finally
        {
            _starting = null;
            Stack.Log.Written -= Read;
            Starts.Release();
        }

        void Read(string line)
        {
            if (line.Contains("Opening the keyring at startup failed", StringComparison.Ordinal))
                hasTried.TrySetResult();
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var instance in _instances.Values)
            instance.Api.Dispose();
        await Stack.DisposeAsync();
        await Task.WhenAll(_proxies.Select(proxy => proxy.DisposeAsync().AsTask()));
    }

    private async Task<RecordingProxy> ProxyAsync(Task<RecordingProxy> starting)
    {
        var proxy = await starting;
        _proxies.Enqueue(proxy);
        return proxy;
    }

    /// <summary>A client's first call has no token: it asks for a challenge, so its instance is unknown.</summary>
    private async Task<HttpResponseMessage?> BeforeVaultAsync(
        HttpRequestMessage request, Func<Task<HttpResponseMessage>> send)
    {
        if (request.Headers.Authorization?.Parameter is not { } token)
            return await send();
        // Only an instance that opens keys requests a version of the key.
        if (token == _starting && request.RequestUri!.AbsolutePath.Length > "/keys/keyserver/".Length)
            return new HttpResponseMessage(HttpStatusCode.BadRequest);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Stack.AppVariables[Token]);
        return _instances.TryGetValue(token, out var instance) && instance.BeforeVault is { } between
            ? await between(request, send)
            : await send();
    }
}
