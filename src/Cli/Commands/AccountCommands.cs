using System.CommandLine;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary><c>atpkey account …</c> and <c>atpkey server</c>.</summary>
internal static class AccountCommands
{
    public static Command Create() => Make.Family("account", "Export or delete your data", Export(), Delete());

    public static Command Server()
    {
        var command = new Command("server", "Show the keyserver's description; no account needed");
        command.SetAction(async (line, cancellation) =>
        {
            using var keyserver = KeyserverClient.Anonymous(line.Require(Settings.Keyserver));
            var description = await keyserver.Server.DescribeAsync(cancellation);
            var address = await keyserver.Server.GetAddressAsync(cancellation);
            Output.Tell(
                line,
                $"{description.Did} at {address}, version {description.Version}: "
                    + $"{string.Join(", ", description.Features)}; "
                    + $"access logs are kept for {description.AccessLogRetentionDays} days.",
                description);
            return ExitStatus.Ok;
        });
        return command;
    }

    private static Command Export() =>
        Make.Command("export", "Write all your data except secret keys to standard output, as JSON", [],
            async (login, _, cancellation) =>
    {
        await using var output = Console.OpenStandardOutput();
        await login.Keyserver.Account.ExportAsync(output, cancellation);
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
