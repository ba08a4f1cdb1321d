using System.CommandLine;
using System.Text;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli;

/// <summary>
/// A login for one command. The app password comes from the environment or a prompt and is not stored.
/// </summary>
internal sealed class Login : IAsyncDisposable
{
    private const string Variable = "ATPKEY_APP_PASSWORD";

    private readonly PdsSession _session;

    private Login(PdsSession session, KeyserverClient keyserver)
    {
        _session = session;
        Keyserver = keyserver;
    }

    public KeyserverClient Keyserver { get; }

    public string Did => _session.Did;

    public static async Task<Login> OpenAsync(ParseResult line, CancellationToken cancellation)
    {
        var (keyserver, account) = (line.Require(Settings.Keyserver), line.Require(Settings.Account));
        if (!Uri.TryCreate(line.Require(Settings.Pds), UriKind.Absolute, out var pds))
            throw new UsageException("--pds must be an origin, such as https://bsky.social.");
        // Validates the DID before the login.
        KeyserverClient.Anonymous(keyserver).Dispose();
        var session = await PdsSession.LogInAsync(pds, account, Password(account), cancellation: cancellation);
        return new Login(session, line.GetValue(Settings.ThroughPds)
            ? KeyserverClient.ThroughPds(keyserver, session)
            : new KeyserverClient(keyserver, session.GetServiceTokenAsync));
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
