using System.CommandLine;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary><c>atpkey key …</c>: the account's keypair. Private keys are never shown.</summary>
internal static class KeyCommands
{
    public static Command Create() => Make.Family("key", "Manage your keypair", Show(), Versions(), Rotate(), Log());

    private static Command Show()
    {
        var did = new Argument<string?>("did") { Description = "The account; your own if omitted",
            DefaultValueFactory = _ => null };
        return Make.Command("show", "Show the public key of an account", [did], async (login, line, cancellation) =>
        {
            var whose = line.GetValue(did);
            if (whose is null)
                // Creates the keypair if there is none.
                (await login.Keyserver.Keypairs.GetKeypairAsync(cancellation: cancellation)).Dispose();
            var key = await login.Keyserver.Keypairs.GetPublicKeyAsync(whose ?? login.Did, cancellation: cancellation);
            Output.Write(line, [key], ("VERSION", each => each.Version), ("PUBLIC KEY", each => each.PublicKey));
        });
    }

    private static Command Versions() =>
        Make.Command("versions", "List all versions of your keypair", [], async (login, line, cancellation) =>
        Output.Write(line, await login.Keyserver.Keypairs.ListVersionsAsync(cancellation), Columns.Versions));

    private static Command Rotate()
    {
        var (expect, reason) = (Make.Expect, Make.Reason);
        return Make.Command("rotate", "Create a new version of your keypair", [expect, reason],
            async (login, line, cancellation) =>
        {
            var rotation = await login.Keyserver.Keypairs.RotateAsync(
                line.GetValue(expect), line.GetValue(reason), cancellation);
            Output.Tell(line, $"Version {rotation.NewVersion} replaces version {rotation.OldVersion}.", rotation);
        });
    }

    private static Command Log()
    {
        var limit = Make.Limit;
        return Make.Command("log", "Show the access log of your keypair, newest first", [limit],
            async (login, line, cancellation) =>
        {
            var entries = login.Keyserver.Keypairs.GetAccessLogAsync(cancellation).Take(line.GetValue(limit));
            Output.Write(line, await entries.ToArrayAsync(cancellation), Columns.Log);
        });
    }
}
