namespace Azure.Data.Tables.Wire;

/// <summary>The answer to a read of a row that isn't there.</summary>
internal sealed class AbsentRow<T>(Response response) : NullableResponse<T>
{
    public override bool HasValue => false;

    public override T Value => throw new InvalidOperationException("The row does not exist: look at HasValue first.");

    public override Response GetRawResponse() => response;
}
