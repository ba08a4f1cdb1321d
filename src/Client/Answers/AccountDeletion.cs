using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>The progress of an account's deletion. The account's keys are unusable in either status.</summary>
/// <param name="Status">
/// <c>deleted</c>, or <c>deleting</c> while the server is still removing rows. Call again to check the progress.
/// </param>
/// <param name="Deleted">What has been removed so far.</param>
public sealed record AccountDeletion(string Status, DeletedCounts Deleted)
{
    /// <summary>Whether everything has been removed.</summary>
    [JsonIgnore]
    public bool IsComplete => Status == "deleted";
}
