using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>Permissions as a list of names. Ignores names that this client does not know.</summary>
internal sealed class GroupPermissionsConverter : JsonConverter<GroupPermissions>
{
    internal static readonly (GroupPermissions Permission, string Name)[] Names =
    [
        (GroupPermissions.AddMember, "add_member"),
        (GroupPermissions.RemoveMember, "remove_member"),
        (GroupPermissions.RotateKey, "rotate_key"),
    ];

    public override GroupPermissions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException();
        var permissions = GroupPermissions.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            foreach (var (permission, name) in Names)
                permissions |= reader.ValueTextEquals(name) ? permission : GroupPermissions.None;
        }

        return reader.TokenType == JsonTokenType.EndArray ? permissions : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, GroupPermissions value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var (permission, name) in Names)
        {
            if (value.HasFlag(permission))
                writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }
}
