using System.CommandLine;
using AtpKeyserver.Cli.Accounts;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli;

/// <summary>
/// A login for one command. The app password comes from the environment or a prompt and is not stored.
/// </summary>
internal sealed class Login : IAsyncDisposable
{
    public static readonly TimeSpan LogOutLimit = TimeSpan.FromSeconds(2);

    private const string Variable = "ATPKEY_APP_PASSWORD";

    private readonly PdsSession _session;
    private readonly KeyserverClient? _keyserver;

    private Login(PdsSession session, KeyserverClient? keyserver, AccountDirectory accounts)
    {
        _session = session;
        _keyserver = keyserver;
        Accounts = accounts;
    }

    public KeyserverClient Keyserver =>
        _keyserver ?? throw new InvalidOperationException("Opened without a keyserver.");

    public AccountDirectory Accounts { get; }

    public string Did => _session.Did;

    public Uri Pds => _session.Pds;

    public static async Task<Login> OpenAsync(
        ParseResult line, CancellationToken cancellation, bool withKeyserver = true)
    {
        var (keyserver, options) = (withKeyserver ? line.KeyserverDid() : null, line.Options());
        var (name, pds) = (line.Require(Settings.Account), line.FindOrigin(Settings.Pds));
        var accounts = AccountDirectory.Create(options.PlcDirectory, pds);
        var did = AccountDirectory.FindDid(name);
        if (pds is null)
        {
            var account = await accounts.FindAsync(name, cancellation);
            did = account.Did;
            pds = account.Pds ?? throw new AccountNotFoundException(
                $"The DID document of {name} names no PDS with an https address. Pass --pds.");
        }

        var session = await PdsSession.LogInAsync(
            pds,
            AccountDirectory.WithoutAt(name),
            await PasswordAsync(name, cancellation),
            options,
            cancellation);
        var login = new Login(session, Connect(line, keyserver, session, options), accounts);
        if (did is null || did == session.Did)
            return login;
        await login.DisposeAsync();
        throw new PdsException(
            KeyserverErrors.UnexpectedAnswer, $"{pds.Authority} logged in {session.Did} instead of {did}.");
    }

    public async ValueTask DisposeAsync()
    {
        _keyserver?.Dispose();
        using var limit = new CancellationTokenSource(LogOutLimit);
        try
        {
            await _session.LogOutAsync(limit.Token);
        }
        catch (Exception e) when (e is KeyserverException or OperationCanceledException)
        {
            // The command has succeeded, and the session expires anyway.
        }
    }

    private static KeyserverClient? Connect(
        ParseResult line, string? keyserver, PdsSession session, KeyserverClientOptions options)
    {
        if (keyserver is null)
            return null;
        return line.GetValue(Settings.ThroughPds)
            ? KeyserverClient.ThroughPds(keyserver, session, options)
            : new KeyserverClient(keyserver, session.GetServiceTokenAsync, options);
    }

    private static async Task<string> PasswordAsync(string account, CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;
        if (Console.IsInputRedirected)
            throw new UsageException(
                $"Cannot prompt for the app password: standard input is not a terminal. Set {Variable}.");
        Console.Error.Write($"App password of {account}: ");
        var typed = await Input.WaitAsync(
            () => Input.ReadHidden(() => Console.ReadKey(intercept: true)), cancellation);
        Console.Error.WriteLine();
        return typed.Length > 0 ? typed : throw new UsageException("The app password is empty.");
    }
}
