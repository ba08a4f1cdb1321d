using AtpKeyserver.Emulators.Atproto.Accounts;
using AtpKeyserver.Emulators.Atproto.Documents;
using AtpKeyserver.Emulators.Atproto.Pds;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto;

/// <summary>
/// The AT Protocol around a service, on loopback: a PLC directory, the host of one did:web, and a PDS that makes
/// accounts and mints their service tokens. Tests change accounts and break look-ups through this class; none of that
/// is reachable over HTTP.
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

    /// <summary>The only did:web that this port can have, with an account or without.</summary>
    public string WebDid => _accounts.WebDid;

    /// <summary>What happens to every look-up from now on.</summary>
    public LookupFault LookupFault
    {
        get => _faults.Fault;
        set => _faults.Fault = value;
    }

    /// <summary>Look-ups of all DIDs since the start or the last reset, failed ones too.</summary>
    public int TotalLookups => _faults.Total;

    /// <summary>Starts an emulator and returns when it answers.</summary>
    /// <exception cref="IOException">The port is taken, or another process uses the data folder.</exception>
    /// <exception cref="InvalidDataException">A file in the data folder is not what was written there.</exception>
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

    /// <summary>
    /// Makes an account, or finds the one that has the handle: yesterday's identity, if there is a data folder.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The handle is none, or its account has another method or curve, or the port's did:web is taken.
    /// </exception>
    public EmulatedAccount CreateAccount(
        string handle,
        AccountMethod method = AccountMethod.Plc,
        AccountCurve curve = AccountCurve.Secp256k1) => _accounts.FindOrCreate(handle, method, curve).Public;

    /// <summary>
    /// A service token as the account's PDS would make it, changed as <paramref name="options"/> say. Also for accounts
    /// that are tombstoned or whose document has no key.
    /// </summary>
    /// <param name="did">An account of this emulator.</param>
    /// <param name="aud">The service's DID.</param>
    /// <param name="lxm">The NSID; null leaves it out.</param>
    /// <param name="options">Null for a good token of 60 s.</param>
    /// <exception cref="ArgumentException">There is no such account.</exception>
    public string MintToken(string did, string aud, string? lxm, TokenOptions? options = null) =>
        ServiceToken.Mint(_accounts.Get(did), aud, lxm, _time.GetUtcNow(), options ?? new TokenOptions());

    /// <summary>The DID document that a look-up gets when nothing is wrong.</summary>
    /// <exception cref="ArgumentException">There is no such account.</exception>
    public string Document(string did) => DidDocument.Of(_accounts.Get(did), Origin);

    /// <summary>
    /// Gives the account a new key, and puts it into the document if there was none; null keeps the curve.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such account.</exception>
    public EmulatedAccount RotateKey(string did, AccountCurve? curve = null) =>
        _accounts.Change(did, account => account with
    {
        Key = SigningKey.Create(curve ?? account.Key.Curve),
        KeyRemoved = false,
    }).Public;

    /// <summary>Takes the key out of the document.</summary>
    /// <exception cref="ArgumentException">There is no such account.</exception>
    public void RemoveKey(string did) => _accounts.Change(did, account => account with { KeyRemoved = true });

    /// <summary>Look-ups get 410 from now on.</summary>
    /// <exception cref="ArgumentException">There is no such account.</exception>
    public void Tombstone(string did) => _accounts.Change(did, account => account with { Tombstoned = true });

    /// <summary>Look-ups of this DID, registered or not, get that instead; null ends it.</summary>
    public void OverrideDocument(string did, DocumentOverride? instead)
    {
        if (instead is null)
            _faults.Overrides.TryRemove(did, out _);
        else
            _faults.Overrides[did] = instead;
    }

    /// <summary>Look-ups of one DID since the start or the last reset, failed ones too.</summary>
    public int Lookups(string did) => _faults.Count(did);

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
        _accounts?.Dispose(); // Those of a port that was lost to somebody else.
        Origin = new Uri($"http://localhost:{port}");
        _accounts = new AccountRegistry(_data?.Inside("accounts"), port);
        var directory = new DirectoryDoor(_accounts, _faults, Origin, _stopping.Token);
        var pds = new PdsDoor(_accounts, _time);

        application.MapGet("/_health", (RequestDelegate)DirectoryDoor.Health);
        application.MapGet("/{did}",
            (RequestDelegate)(context => directory.Plc(context, (string)context.Request.RouteValues["did"]!)));
        application.MapGet("/.well-known/did.json", (RequestDelegate)directory.Web);
        application.MapPost("/accounts", (RequestDelegate)pds.CreateAccount);
        application.MapGet("/xrpc/com.atproto.server.getServiceAuth", (RequestDelegate)pds.GetServiceAuth);
        application.MapPost("/xrpc/com.atproto.server.createSession", (RequestDelegate)pds.CreateSession);
        application.MapPost("/xrpc/com.atproto.server.deleteSession", (RequestDelegate)pds.DeleteSession);
        application.Map("/xrpc/{nsid}", (RequestDelegate)(context =>
            pds.PassOn(context, (string)context.Request.RouteValues["nsid"]!, _proxy)));
    }
}
