using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;

namespace AtpKeyserver.Export;

/// <summary>What an export says of a group that the account owns. One that is deleted meanwhile is cut short.</summary>
public sealed class ExportedGroup(GroupKeys keys, GroupRoster people, GroupLog log)
{
    public async Task WriteAsync(ExportWriter to, Group group)
    {
        var json = to.Json;
        await ExportDocument.WriteVersionsAsync(to, "versions", keys.VersionsAsync(group, to.Cancellation));

        json.WriteStartArray("members");
        await foreach (var member in people.MembersAsync(group, to.Cancellation))
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
        await foreach (var found in people.DelegatesAsync(group, to.Cancellation))
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
