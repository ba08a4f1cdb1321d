using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts;

/// <summary>The columns that the row of an account has in every state.</summary>
internal static class AccountRow
{
    public const string StateColumn = "State";
    public const string KeypairVersionColumn = "KeypairVersion";

    public const string Active = "active";
    public const string Deleting = "deleting";
    public const string Deleted = "deleted";

    /// <summary>Not verified: a wrong state leads to a key that does not fit the authenticator.</summary>
    public static bool IsActive(TableEntity row) => UnverifiedColumns.Get<string>(row, "accounts", StateColumn) == Active;
}
