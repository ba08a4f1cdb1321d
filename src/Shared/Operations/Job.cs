namespace AtpKeyserver.Operations;

/// <summary>The state of a job over whole tables that an operator started, from which the next run resumes.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Started">When the operator started it.</param>
/// <param name="Phase">The index of the current table; earlier tables are done.</param>
/// <param name="Position">The last partition that is done in this phase; empty at its start.</param>
public sealed record Job(string Name, DateTimeOffset Started, int Phase, string Position);
