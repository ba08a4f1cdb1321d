using System.CommandLine;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary><c>atpkey account …</c> and <c>atpkey server</c>.</summary>
internal static class AccountCommands
{
    public static Command Create() => Make.Family("account", "All that the keyserver keeps of you", Export(), Delete());

    public static Command Server()
    {
        var command = new Command("server", "What the keyserver says of itself; needs no account");
        command.SetAction(async (line, cancellation) =>
        {
            using var keyserver = KeyserverClient.Anonymous(line.Require(Settings.Keyserver));
            var description = await keyserver.Server.DescribeAsync(cancellation);
            var address = await keyserver.Server.GetAddressAsync(cancellation);
            Output.Tell(
                line,
                $"{description.Did} at {address}, version {description.Version}: {string.Join(", ", description.Features)}; "
                    + $"logs are kept for {description.AccessLogRetentionDays} days.",
                description);
            return ExitStatus.Ok;
        });
        return command;
    }

    private static Command Export() =>
        Make.Command("export", "Everything but secret keys, as JSON on standard output", [],
            async (login, _, cancellation) =>
    {
        await using var output = Console.OpenStandardOutput();
        await login.Keyserver.Account.ExportAsync(output, cancellation);
    });

    private static Command Delete() =>
        Make.Command("delete", "Erase all of it; asks for a confirmation", [], async (login, line, cancellation) =>
    {
        var typed = Confirmation.Require(
            $"All keys of {login.Did} will be destroyed, with its groups for all their members. "
                + "Nothing that was encrypted with them can be read again.",
            KeyserverAccount.Confirmation);
        var deletion = await login.Keyserver.Account.DeleteAsync(typed, cancellation);
        Output.Tell(
            line,
            $"{deletion.Status}: {deletion.Deleted.KeypairVersions} versions of the keypair, {deletion.Deleted.Groups} groups, "
                + $"{deletion.Deleted.Memberships} memberships, {deletion.Deleted.Delegations} delegations.",
            deletion);
    });
}
