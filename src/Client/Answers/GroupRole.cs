using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>An account's role in a group.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GroupRole>))]
public enum GroupRole
{
    /// <summary>May do everything.</summary>
    [JsonStringEnumMemberName("owner")]
    Owner,

    /// <summary>May read the key.</summary>
    [JsonStringEnumMemberName("member")]
    Member,

    /// <summary>May do what the owner chose.</summary>
    [JsonStringEnumMemberName("delegate")]
    Delegate,
}
