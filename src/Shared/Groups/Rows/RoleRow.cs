namespace AtpKeyserver.Groups.Rows;

/// <summary>The row of a member or delegate.</summary>
/// <param name="RowKey">Its row key.</param>
/// <param name="Did">The account; null for a former delegate.</param>
public sealed record RoleRow(string RowKey, string? Did);
