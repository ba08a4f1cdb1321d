using System.CommandLine;
using System.Text;
using AtpKeyserver.Cli.Accounts;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli;

/// <summary>
/// A login for one command. The app password comes from the environment or a prompt and is not stored.
/// </summary>
internal sealed class Login : IAsyncDisposable
{
    private const string Variable = "ATPKEY_APP_PASSWORD";

    private readonly PdsSession _session;

    private Login(PdsSession session, KeyserverClient keyserver, AccountDirectory accounts)
    {
        _session = session;
        Keyserver = keyserver;
        Accounts = accounts;
    }

    public KeyserverClient Keyserver { get; }

    public AccountDirectory Accounts { get; }

    public string Did => _session.Did;

    public Uri Pds => _session.Pds;

    public static async Task<Login> OpenAsync(ParseResult line, CancellationToken cancellation)
    {
        var (keyserver, options) = (line.KeyserverDid(), line.Options());
        var (name, pds) = (line.Require(Settings.Account), line.FindOrigin(Settings.Pds));
        var accounts = AccountDirectory.Create(options.PlcDirectory, pds);
        pds ??= (await accounts.FindAsync(name, cancellation)).Pds ?? throw new AccountNotFoundException(
            $"The DID document of {name} names no PDS. Pass --pds.");
        var session = await PdsSession.LogInAsync(pds, AccountDirectory.WithoutAt(name), Password(name), options, cancellation);
        return new Login(
            session,
            line.GetValue(Settings.ThroughPds)
                ? KeyserverClient.ThroughPds(keyserver, session, options)
                : new KeyserverClient(keyserver, session.GetServiceTokenAsync, options),
            accounts);
    }

    public async ValueTask DisposeAsync()
    {
        Keyserver.Dispose();
        try
        {
            await _session.LogOutAsync();
        }
        catch (KeyserverException)
        {
            // The command has succeeded, and the session expires anyway.
        }
    }

    private static string Password(string account)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;
        if (Console.IsInputRedirected)
            throw new UsageException(
                $"Cannot prompt for the app password: standard input is not a terminal. Set {Variable}.");
        Console.Error.Write($"App password of {account}: ");
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else
                typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.Length > 0 ? typed.ToString() : throw new UsageException("The app password is empty.");
    }
}
