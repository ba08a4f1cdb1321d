using System.CommandLine;
using System.Text.Json.Nodes;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary><c>atpkey account …</c>, <c>whoami</c> and <c>server</c>.</summary>
internal static class AccountCommands
{
    public static Command Create() => Make.Family("account", "Export or delete your data", Export(), Delete());

    public static Command WhoAmI() =>
        Make.Command("whoami", "Log in and show the account and its PDS", [], async (login, line, cancellation) =>
    {
        var account = await login.Accounts.FindAsync(login.Did, cancellation);
        Output.Tell(
            line,
            $"{account.Handle ?? "no handle"} ({account.Did}) at {login.Pds.OriginalString.TrimEnd('/')}",
            new { account.Handle, account.Did, Pds = login.Pds.OriginalString.TrimEnd('/') });
    });

    public static Command Server() =>
        Make.Command("server", "Show the keyserver's description; needs no login", [], async (line, cancellation) =>
    {
        using var keyserver = KeyserverClient.Anonymous(line.KeyserverDid(), line.Options());
        var description = await keyserver.Server.DescribeAsync(cancellation);
        var address = await keyserver.Server.GetAddressAsync(cancellation);
        Output.Tell(
            line,
            $"{description.Did} at {address}, version {description.Version}: "
                + $"{string.Join(", ", description.Features)}; "
                + $"access logs are kept for {description.AccessLogRetentionDays} days.",
            description);
    });

    private static Command Export() =>
        Make.Command("export", "Write all your data except secret keys to standard output, as JSON", [],
            async (login, line, cancellation) =>
    {
        if (Console.IsOutputRedirected)
        {
            await using var output = Console.OpenStandardOutput();
            using var progress = new Progress("bytes");
            await using var counted = new CountingStream(output, progress);
            await login.Keyserver.Account.ExportAsync(counted, cancellation);
            return;
        }

        using var all = new MemoryStream();
        await login.Keyserver.Account.ExportAsync(all, cancellation);
        all.Position = 0;
        Output.WriteJson((await JsonNode.ParseAsync(all, cancellationToken: cancellation))!);
    });

    private static Command Delete() =>
        Make.Command("delete", "Delete all your data; asks for confirmation", [], async (login, line, cancellation) =>
    {
        var typed = Confirmation.Require(
            $"This deletes all keys and groups of {login.Did}, for all members. "
                + "Content that was encrypted with them can never be read again.",
            KeyserverAccount.Confirmation);
        var deletion = await login.Keyserver.Account.DeleteAsync(typed, cancellation);
        Output.Tell(
            line,
            $"{deletion.Status}: {deletion.Deleted.KeypairVersions} keypair versions, "
                + $"{deletion.Deleted.Groups} groups, {deletion.Deleted.Memberships} memberships, "
                + $"{deletion.Deleted.Delegations} delegations.",
            deletion);
    });
}
