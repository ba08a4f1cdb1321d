using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary><c>atpkey account …</c>, <c>whoami</c> and <c>server</c>.</summary>
internal static class AccountCommands
{
    public static Command Create() => Make.Family("account", "Export or delete your data", Export(), Delete());

    public static Command WhoAmI() =>
        Make.Command("whoami", "Log in and show the account and its PDS", [], async (line, cancellation) =>
    {
        await using var login = await Login.OpenAsync(line, cancellation, withKeyserver: false);
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
            using var progress = new Progress("byte", "bytes");
            await using var counted = new CountingStream(output, progress);
            await login.Keyserver.Account.ExportAsync(counted, cancellation);
            return;
        }

        using var all = new MemoryStream();
        await login.Keyserver.Account.ExportAsync(all, cancellation);
        Output.WriteJson(Parse(all.ToArray()));
    });

    private static JsonNode Parse(byte[] json)
    {
        try
        {
            return JsonNode.Parse(json) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw KeyserverErrors.Unexpected("The export is not valid JSON.", inner: e);
        }
    }

    private static Command Delete() =>
        Make.Command("delete", "Delete all your data; asks for confirmation", [], async (login, line, cancellation) =>
    {
        var typed = await Confirmation.RequireAsync(
            $"This deletes all keys and groups of {login.Did}, for all members. "
                + "Content that was encrypted with them can never be read again.",
            KeyserverAccount.Confirmation,
            cancellation);
        var deletion = await login.Keyserver.Account.DeleteAsync(typed, cancellation);
        Output.Tell(
            line,
            $"{deletion.Status}: {Output.Count(deletion.Deleted.KeypairVersions, "keypair version")}, "
                + $"{Output.Count(deletion.Deleted.Groups, "group")}, "
                + $"{Output.Count(deletion.Deleted.Memberships, "membership")}, "
                + $"{Output.Count(deletion.Deleted.Delegations, "delegation")}.",
            deletion);
    });
}
