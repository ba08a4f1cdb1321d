using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>
/// How far the deletion of an account is. What was sealed for it cannot be opened any more in either case.
/// </summary>
/// <param name="Status">
/// <c>deleted</c>, or <c>deleting</c>: rows are left, which the server goes on removing; calling again says how far it
/// is.
/// </param>
/// <param name="Deleted">What was removed so far.</param>
public sealed record AccountDeletion(string Status, DeletedCounts Deleted)
{
    /// <summary>Whether nothing is left.</summary>
    [JsonIgnore]
    public bool IsComplete => Status == "deleted";
}
