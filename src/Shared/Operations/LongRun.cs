using Azure;

namespace AtpKeyserver.Operations;

/// <summary>Work over whole tables that an operator started: what there is to know to go on with it.</summary>
/// <param name="Name">Of the work.</param>
/// <param name="Started">When the operator did.</param>
/// <param name="Phase">Which of its tables it is at; those before are done.</param>
/// <param name="Position">The partition up to which, included, nothing is left to do in this phase. Empty at its beginning.</param>
/// <param name="ETag">Of the row that was read.</param>
public sealed record LongRun(string Name, DateTimeOffset Started, int Phase, string Position, ETag ETag);
