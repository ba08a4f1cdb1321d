using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>What a call changed for an account.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MemberChangeStatus>))]
public enum MemberChangeStatus
{
    /// <summary>The account was a member already, or was not a member that could be removed.</summary>
    [JsonStringEnumMemberName("unchanged")]
    Unchanged,

    /// <summary>The account has become a member.</summary>
    [JsonStringEnumMemberName("added")]
    Added,

    /// <summary>The account is no longer a member.</summary>
    [JsonStringEnumMemberName("removed")]
    Removed,
}
