using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Export;

/// <summary>Writes the content of an export, as described in the lexicon of account.export.</summary>
public sealed class ExportDocument(
    AccountKeypairs keypairs, KeypairLog keypairLog, GroupsOfAccount groups, ExportedGroup owned)
{
    /// <param name="to">The writer of the document.</param>
    /// <param name="did">The account's DID.</param>
    /// <param name="account">Null if the DID has no account here.</param>
    /// <param name="now">The time of the export.</param>
    public async Task WriteAsync(ExportWriter to, Did did, Account? account, DateTimeOffset now)
    {
        var json = to.Json;
        json.WriteStartObject();
        json.WriteString("did", did.Value);
        to.Time("exportedAt", now);
        var keypair = await keypairs.FindAsync(did, to.Cancellation);
        await WriteVersionsAsync(
            to,
            "keypairVersions",
            keypair is null
                ? AsyncEnumerable.Empty<KeyVersionStatus>()
                : keypairs.VersionsAsync(keypair, to.Cancellation));

        json.WriteStartArray("keypairAccessLog");
        if (account is not null)
            await WriteLogAsync(to, keypairLog.ReadAllAsync(account, to.Cancellation));
        json.WriteEndArray();

        await WriteGroupsAsync(to, "groupsOwned", did, Memberships.Owner, found => owned.WriteAsync(to, found.Group));
        await WriteGroupsAsync(to, "memberships", did, Memberships.Member, _ => Task.CompletedTask);
        await WriteGroupsAsync(to, "delegations", did, Memberships.Delegate, found =>
        {
            WriteRights(to, found.Rights!);
            return Task.CompletedTask;
        });
        json.WriteEndObject();
    }

    internal static async Task WriteVersionsAsync(
        ExportWriter to, string name, IAsyncEnumerable<KeyVersionStatus> versions)
    {
        to.Json.WriteStartArray(name);
        await foreach (var version in versions)
        {
            to.Json.WriteStartObject();
            to.Json.WriteNumber("version", version.Version);
            to.Json.WriteString("status", version.RevokedAt is null ? "active" : "revoked");
            to.Time("created_at", version.CreatedAt);
            if (version.RevokedAt is { } revoked)
                to.Time("revoked_at", revoked);
            if (version.PublicKey is { } key)
                to.Json.WriteString("public_key", Convert.ToHexStringLower(key));
            to.Json.WriteEndObject();
            await to.NextAsync();
        }

        to.Json.WriteEndArray();
        await to.NextAsync();
    }

    internal static void WriteRights(ExportWriter to, GroupDelegate rights)
    {
        to.Json.WriteStartArray("permissions");
        foreach (var permission in PermissionNames.Of(rights.Permissions))
            to.Json.WriteStringValue(permission);
        to.Json.WriteEndArray();
        if (rights.Expires is { } expires)
            to.Time("expires_at", expires);
        to.Time("created_at", rights.Created);
    }

    internal static async Task WriteLogAsync(ExportWriter to, IAsyncEnumerable<IReadOnlyList<LogEntry>> log)
    {
        await foreach (var entries in log)
        {
            foreach (var entry in entries)
            {
                Write(to, entry);
                await to.NextAsync();
            }

            await to.NextAsync();
        }
    }

    private static void Write(ExportWriter to, LogEntry entry)
    {
        var json = to.Json;
        json.WriteStartObject();
        if (entry.Version is { } version)
            json.WriteNumber("version", version);
        json.WriteString("action", entry.Action);
        json.WriteString("did", entry.Did);
        if (entry.Target is not null)
            json.WriteString("target", entry.Target);
        to.Time("accessed_at", entry.AccessedAt);
        if (entry.Ip is not null)
            json.WriteString("ip", entry.Ip);
        if (entry.UserAgent is not null)
            json.WriteString("user_agent", entry.UserAgent);
        if (entry.Reason is not null)
            json.WriteString("reason", entry.Reason);
        json.WriteString("outcome", entry.Outcome);
        json.WriteEndObject();
    }

    private async Task WriteGroupsAsync(
        ExportWriter to, string name, Did did, string role, Func<GroupOfAccount, Task> writeMore)
    {
        to.Json.WriteStartArray(name);
        await foreach (var page in groups.PagesAsync(did, role, to.Cancellation))
        {
            foreach (var found in page)
            {
                to.Json.WriteStartObject();
                to.Json.WriteString("groupId", found.Group.Id.Value);
                if (role != Memberships.Delegate)
                {
                    to.Json.WriteNumber("activeVersion", found.Group.Head.Active.Version);
                    to.Time("created_at", found.Group.Head.Created);
                }

                await writeMore(found);
                to.Json.WriteEndObject();
                await to.NextAsync();
            }

            // Also after a page without output: each page has its own time limit.
            await to.NextAsync();
        }

        to.Json.WriteEndArray();
    }
}
