using AtpKeyserver.Emulators.Atproto.Accounts;
using AtpKeyserver.Emulators.Atproto.Documents;
using AtpKeyserver.Emulators.Atproto.Pds;
using AtpKeyserver.Emulators.Atproto.Pds.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto;

/// <summary>
/// Emulates the AT Protocol network on loopback: a PLC directory, the host of one did:web, and a PDS with accounts,
/// sessions, service tokens and records. Web pages can call all of it. Tests change accounts and inject lookup faults
/// through this class, not over HTTP.
/// </summary>
public sealed class AtprotoEmulator : IAsyncDisposable
{
    private readonly PrivateFolder? _data;
    private readonly TimeProvider _time;
    private readonly DirectoryFaults _faults = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ServiceProxy _proxy = new();
    private AccountRegistry _accounts = null!;
    private LoopbackServer? _server;
    private int _disposed;

    private AtprotoEmulator(AtprotoEmulatorOptions options, PrivateFolder? data)
    {
        _data = data;
        _time = options.TimeProvider ?? TimeProvider.System;
    }

    /// <summary><c>http://localhost:{port}/</c>: the PLC directory's base address and the PDS's origin.</summary>
    public Uri Origin { get; private set; } = null!;

    /// <summary>The did:web of this port, with or without an account.</summary>
    public string WebDid => _accounts.WebDid;

    /// <summary>The fault of all following lookups.</summary>
    public LookupFault LookupFault
    {
        get => _faults.Fault;
        set => _faults.Fault = value;
    }

    /// <summary>The number of lookups of all DIDs since the start or the last reset, including failed ones.</summary>
    public int TotalLookups => _faults.Total;

    /// <summary>Starts an emulator and returns when it is ready.</summary>
    /// <exception cref="IOException">The port is in use, or another process uses the data folder.</exception>
    /// <exception cref="InvalidDataException">A file in the data folder is damaged.</exception>
    public static async Task<AtprotoEmulator> StartAsync(
        AtprotoEmulatorOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new AtprotoEmulatorOptions();
        var data = options.DataFolder is null ? null : PrivateFolder.Open(options.DataFolder, "atproto");
        var emulator = new AtprotoEmulator(options, data);
        try
        {
            await emulator.ListenAsync(options.Port, cancellation);
            return emulator;
        }
        catch
        {
            await emulator.DisposeAsync();
            throw;
        }
    }

    /// <summary>Finds or creates the account with the handle.</summary>
    /// <exception cref="ArgumentException">
    /// The handle is invalid, its account has another method or curve, or the port's did:web is in use.
    /// </exception>
    public EmulatedAccount CreateAccount(
        string handle,
        AccountMethod method = AccountMethod.Plc,
        AccountCurve curve = AccountCurve.Secp256k1) => _accounts.FindOrCreate(handle, method, curve).Public;

    /// <summary>
    /// Creates a service token as the account's PDS would, modified by <paramref name="options"/>. Also works for
    /// accounts that are tombstoned or whose document has no key.
    /// </summary>
    /// <param name="did">An account of this emulator.</param>
    /// <param name="aud">The service's DID.</param>
    /// <param name="lxm">The NSID; null: omitted.</param>
    /// <param name="options">Null: a valid token with a lifetime of 60 s.</param>
    /// <exception cref="ArgumentException">The account does not exist.</exception>
    public string MintToken(string did, string aud, string? lxm, TokenOptions? options = null) =>
        ServiceToken.Mint(_accounts.Get(did), aud, lxm, _time.GetUtcNow(), options ?? new TokenOptions());

    /// <summary>Returns the account's DID document, without faults and overrides.</summary>
    /// <exception cref="ArgumentException">The account does not exist.</exception>
    public string Document(string did) => DidDocument.Of(_accounts.Get(did), Origin);

    /// <summary>Replaces the account's key and adds it to the document. Null keeps the curve.</summary>
    /// <exception cref="ArgumentException">The account does not exist.</exception>
    public EmulatedAccount RotateKey(string did, AccountCurve? curve = null) =>
        _accounts.Change(did, account => account with
    {
        Key = SigningKey.Create(curve ?? account.Key.Curve),
        KeyRemoved = false,
    }).Public;

    /// <summary>Removes the key from the document.</summary>
    /// <exception cref="ArgumentException">The account does not exist.</exception>
    public void RemoveKey(string did) => _accounts.Change(did, account => account with { KeyRemoved = true });

    /// <summary>Tombstones the account: lookups return 410.</summary>
    /// <exception cref="ArgumentException">The account does not exist.</exception>
    public void Tombstone(string did) => _accounts.Change(did, account => account with { Tombstoned = true });

    /// <summary>Overrides the response to lookups of this DID, registered or not. Null removes the override.</summary>
    public void OverrideDocument(string did, DocumentOverride? instead)
    {
        if (instead is null)
            _faults.Overrides.TryRemove(did, out _);
        else
            _faults.Overrides[did] = instead;
    }

    /// <summary>The number of lookups of a DID since the start or the last reset, including failed ones.</summary>
    public int Lookups(string did) => _faults.CountOf(did);

    public void ResetLookups() => _faults.ResetCounts();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await _stopping.CancelAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        _proxy.Dispose();
        _accounts?.Dispose();
        _stopping.Dispose();
        _data?.Dispose();
    }

    private async Task ListenAsync(int port, CancellationToken cancellation) =>
        _server = await LoopbackServer.StartAsync(port, certificate: null, Map, cancellation);

    private void Map(WebApplication application, int port)
    {
        _accounts?.Dispose(); // From an attempt with a port that was in use.
        Origin = new Uri($"http://localhost:{port}");
        _accounts = new AccountRegistry(_data?.Inside("accounts"), port);
        var directory = new DirectoryEndpoints(_accounts, _faults, Origin, _stopping.Token);

        application.UseCors(CrossOrigin.AllowAny);
        application.Use(Xrpc.HandleErrorsAsync);
        application.MapGet("/_health", (RequestDelegate)DirectoryEndpoints.Health);
        application.MapGet("/{did}",
            (RequestDelegate)(context => directory.Plc(context, (string)context.Request.RouteValues["did"]!)));
        application.MapGet("/.well-known/did.json", (RequestDelegate)directory.Web);
        PdsRoutes.Map(application, _accounts, new RepositoryRegistry(_data?.Inside("records")), _proxy, _time);
    }
}
