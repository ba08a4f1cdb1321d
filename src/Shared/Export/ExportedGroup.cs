using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;

namespace AtpKeyserver.Export;

/// <summary>
/// Writes a group that the account owns. If the group is deleted during the export, its data is incomplete.
/// </summary>
public sealed class ExportedGroup(GroupKeys keys, GroupRoster roster, GroupLog log)
{
    public async Task WriteAsync(ExportWriter to, Group group)
    {
        var json = to.Json;
        await ExportDocument.WriteVersionsAsync(to, "versions", keys.VersionsAsync(group, to.Cancellation));

        json.WriteStartArray("members");
        await foreach (var member in roster.MembersAsync(group, to.Cancellation))
        {
            json.WriteStartObject();
            json.WriteString("did", member.Did);
            to.Time("added_at", member.Added);
            json.WriteString("added_by", member.AddedBy);
            json.WriteEndObject();
            await to.NextAsync();
        }

        json.WriteEndArray();
        json.WriteStartArray("delegates");
        await foreach (var found in roster.DelegatesAsync(group, to.Cancellation))
        {
            if (!found.IsFormer)
            {
                json.WriteStartObject();
                json.WriteString("did", found.Did);
                ExportDocument.WriteRights(to, found);
                json.WriteEndObject();
            }

            await to.NextAsync();
        }

        json.WriteEndArray();
        json.WriteStartArray("access_log");
        await ExportDocument.WriteLogAsync(to, log.ReadAllAsync(group, to.Cancellation));
        json.WriteEndArray();
    }
}
