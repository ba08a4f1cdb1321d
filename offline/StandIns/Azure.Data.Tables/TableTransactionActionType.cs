namespace Azure.Data.Tables;

/// <summary>One operation of a transaction.</summary>
public enum TableTransactionActionType
{
    /// <summary>Insert; fails with 409 if the row exists.</summary>
    Add = 0,

    UpdateMerge = 1,

    UpdateReplace = 2,

    Delete = 3,

    UpsertMerge = 4,

    UpsertReplace = 5,
}
