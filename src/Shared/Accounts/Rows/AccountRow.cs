using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts.Rows;

/// <summary>The columns of an account row in every state.</summary>
internal static class AccountRow
{
    public const string StateColumn = "State";
    public const string KeypairVersionColumn = "KeypairVersion";

    public const string Active = "active";
    public const string Deleting = "deleting";
    public const string Deleted = "deleted";

    /// <summary>Not verified: with a wrong state, verification uses a wrong key and fails.</summary>
    public static bool IsActive(TableEntity row) =>
        UnverifiedColumns.Get<string>(row, Tables.AccountsName, StateColumn) == Active;
}
