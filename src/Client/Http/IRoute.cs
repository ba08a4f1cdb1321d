namespace AtpKeyserver.Client;

/// <summary>Where calls go, and how they say who calls.</summary>
internal interface IRoute : IDisposable
{
    /// <summary>The origin that <c>xrpc/{nsid}</c> is added to.</summary>
    public ValueTask<Uri> OriginAsync(CancellationToken cancellation);

    /// <param name="request">Gets its headers.</param>
    /// <param name="nsid">The method.</param>
    /// <param name="anonymous">Whether anybody may call it.</param>
    /// <param name="cancellation">Gives up.</param>
    public ValueTask AuthorizeAsync(
        HttpRequestMessage request, string nsid, bool anonymous, CancellationToken cancellation);

    /// <summary>
    /// Told of a refusal. True when the call was refused for the sake of a token or session that was used before, and a
    /// new one is to be had: the call was not carried out, and is worth another try.
    /// </summary>
    /// <param name="nsid">The method.</param>
    /// <param name="status">Of the refusal.</param>
    /// <param name="errorName">Of the refusal.</param>
    /// <param name="token">What was refused; by now another may be in its place.</param>
    /// <param name="cancellation">Gives up.</param>
    public ValueTask<bool> RenewAsync(
        string nsid, int status, string errorName, string? token, CancellationToken cancellation);

    /// <summary>Forgets all tokens.</summary>
    public void Clear();
}
