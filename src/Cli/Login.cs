using System.CommandLine;
using System.Text;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli;

/// <summary>
/// An account that is logged in for one command. The app password is asked for, or in the environment, and kept
/// nowhere.
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
            throw new UsageException("--pds is an origin, such as https://bsky.social.");
        // Says what is wrong with the DID before anybody logs in.
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
            // What was asked for is done; the session ends by itself.
        }
    }

    private static string Password(string account)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;
        if (Console.IsInputRedirected)
            throw new UsageException(
                $"Standard input is taken, so nobody can be asked for the app password. Put it into {Variable}; no option takes it.");
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
        return typed.Length > 0 ? typed.ToString() : throw new UsageException("No app password was given.");
    }
}
