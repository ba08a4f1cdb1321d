using System.CommandLine;
using System.Text.Json.Nodes;
using AtpKeyserver.Cli.Accounts;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary>
/// <c>atpkey key …</c>: the account's keypair, whose private key is never shown, and keys of groups.
/// </summary>
internal static class KeyCommands
{
    public static Command Create() => Make.Family(
        "key", "Manage your keypair; get keys of groups", Show(), Versions(), Rotate(), Log(), KeyGetCommand.Create());

    private static Command Show()
    {
        var account = new Argument<string?>("account")
        {
            Description = "The account's handle or DID; your own if omitted",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return Make.Command(
            "show", "Show the public key of an account; needs no login for others", [account],
            async (line, cancellation) =>
        {
            if (line.GetValue(account) is { } name)
            {
                var options = line.Options();
                using var anonymous = KeyserverClient.Anonymous(line.KeyserverDid(), options);
                var accounts = AccountDirectory.Create(options.PlcDirectory, line.FindOrigin(Settings.Pds));
                var did = await accounts.DidOfAsync(name, cancellation);
                try
                {
                    Write(line, await anonymous.Keypairs.GetPublicKeyAsync(did, cancellation: cancellation));
                }
                catch (GoneException e) when (e.ErrorName == KeyserverErrors.KeyVersionNotFound)
                {
                    throw new GoneException(e.ErrorName, $"{name} has no public key on this keyserver.");
                }

                return;
            }

            await using var login = await Login.OpenAsync(line, cancellation);
            // Creates the keypair if there is none.
            (await login.Keyserver.Keypairs.GetKeypairAsync(cancellation: cancellation)).Dispose();
            Write(line, await login.Keyserver.Keypairs.GetPublicKeyAsync(login.Did, cancellation: cancellation));
        });

        static void Write(ParseResult line, AccountPublicKey key) =>
            Output.Tell(line, $"{key.PublicKey} (version {key.Version})", key);
    }

    private static Command Versions() =>
        Make.Command("versions", "List all versions of your keypair", [], async (login, line, cancellation) =>
            Output.List(
                line,
                await login.Keyserver.Keypairs.ListVersionsAsync(cancellation),
                versions => new JsonObject { ["versions"] = versions },
                Columns.Versions));

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
            async (login, line, cancellation) => await Columns.WriteLogAsync(
                line, login.Keyserver.Keypairs.GetAccessLogAsync(cancellation), line.GetValue(limit), cancellation));
    }
}
