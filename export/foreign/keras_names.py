"""What a Keras file may name. Each list is closed: what is on none of them is not built.

All of it computes with tensors alone. Not here are layers that hold code (Lambda), read files
(StringLookup, TextVectorization, TFSMLayer), are unfolded into as many operations as a number in the
file says (UpSampling1D, LocallyConnected2D), or are none of a network that makes images.
"""

NETWORKS = {"Functional": "Functional", "Model": "Functional", "Sequential": "Sequential"}
"""Models inside models, by the names that Keras has given them."""

OPERATIONS = frozenset({"TFOpLambda", "SlicingOpLambda"})
"""Layers that Keras makes of calls of TensorFlow's functions."""

LAYERS = frozenset({
    "Activation", "ActivityRegularization", "Add", "AdditiveAttention", "AlphaDropout", "Attention",
    "Average", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "BatchNormalization",
    "CategoryEncoding", "CenterCrop", "Concatenate", "Conv1D", "Conv1DTranspose", "Conv2D",
    "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "Cropping1D", "Cropping2D", "Cropping3D", "Dense",
    "DepthwiseConv1D", "DepthwiseConv2D", "Dot", "Dropout", "ELU", "EinsumDense", "Embedding", "Flatten",
    "GaussianDropout", "GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D",
    "GlobalAveragePooling3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "Identity",
    "InputLayer", "LayerNormalization", "LeakyReLU", "Masking",
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum", "Minimum", "MultiHeadAttention", "Multiply",
    "Normalization", "PReLU", "Permute", "ReLU", "RepeatVector", "Rescaling", "Reshape", "Resizing",
    "SeparableConv1D", "SeparableConv2D", "Softmax", "SpatialDropout1D", "SpatialDropout2D",
    "SpatialDropout3D", "Subtract", "ThresholdedReLU", "UnitNormalization", "UpSampling2D",
    "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D",
})  # fmt: skip
"""Keras' own, in ``keras.layers``."""

OLD_NAMES = {"BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization"}
"""Names of layers in older versions."""

STAND_INS = frozenset({
    "Addons>GroupNormalization", "Addons>InstanceNormalization", "Addons>SpectralNormalization",
    "Addons>WeightNormalization", "Contrib>InstanceNormalization",
})  # fmt: skip
"""Layers of other libraries, see ``addons`` and ``contrib``."""

WRAPPERS = frozenset({"Addons>SpectralNormalization", "Addons>WeightNormalization", "SpectralNormalization"})
"""Layers around another one, which is one of ``LAYERS``."""

DRAWING = frozenset({
    "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise", "SpatialDropout1D", "SpatialDropout2D",
    "SpatialDropout3D",
})  # fmt: skip
"""Layers that draw random numbers in training, and do nothing afterwards."""

ACTIVATIONS = frozenset({
    "Addons>gelu", "Addons>lisht", "Addons>mish", "Addons>tanhshrink", "elu", "exponential", "gelu",
    "hard_sigmoid", "leaky_relu", "linear", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid",
    "silu", "softmax", "softplus", "softsign", "swish", "tanh",
})  # fmt: skip
"""Functions, by name."""

ACTIVATION_LAYERS = frozenset({"ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax", "ThresholdedReLU"})
"""Layers that may be the activation of another one."""

DTYPES = frozenset({"bfloat16", "bool", "float16", "float32", "float64", "int32", "int64", "uint8"})

_FUNCTIONS = {
    "": """abs add argmax argmin batch_to_space boolean_mask broadcast_to cast clip_by_value concat constant
        convert_to_tensor cos cumsum depth_to_space divide einsum ensure_shape equal exp expand_dims eye fill
        floor gather gather_nd greater greater_equal identity less less_equal linspace logical_and
        logical_not logical_or matmul maximum meshgrid minimum multiply negative norm not_equal one_hot ones
        ones_like pad pow range rank reduce_all reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min
        reduce_prod reduce_sum repeat reshape reverse roll round rsqrt shape sigmoid sign sin size slice
        space_to_batch space_to_depth split sqrt square squeeze stack stop_gradient strided_slice subtract
        tanh tensordot tile transpose truediv unstack where zeros zeros_like""",
    "__operators__": "add eq getitem ne",
    "math": """abs acos acosh add add_n argmax argmin asin asinh atan atan2 atanh ceil cos cosh count_nonzero
        cumprod cumsum divide divide_no_nan equal erf erfc exp expm1 floor floordiv floormod greater
        greater_equal is_finite is_inf is_nan l2_normalize less less_equal log log1p log_sigmoid log_softmax
        logical_and logical_not logical_or logical_xor maximum minimum mod multiply multiply_no_nan negative
        not_equal pow reciprocal reciprocal_no_nan reduce_all reduce_any reduce_euclidean_norm
        reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_std reduce_sum reduce_variance
        rint round rsqrt scalar_mul sigmoid sign sin sinh softmax softplus softsign sqrt square
        squared_difference subtract tan tanh top_k truediv xdivy xlogy""",
    "nn": """atrous_conv2d avg_pool avg_pool1d avg_pool2d avg_pool3d avg_pool_v2 batch_normalization bias_add
        conv1d conv1d_transpose conv2d conv2d_transpose conv3d conv_transpose convolution crelu
        depth_to_space depthwise_conv2d elu fused_batch_norm gelu l2_loss l2_normalize leaky_relu
        local_response_normalization log_softmax lrn max_pool max_pool1d max_pool2d max_pool3d max_pool_v2
        moments pool relu relu6 selu separable_conv2d sigmoid silu softmax softplus softsign space_to_batch
        space_to_depth swish tanh top_k weighted_moments""",
    "image": """adjust_brightness adjust_contrast adjust_gamma adjust_hue adjust_saturation central_crop
        convert_image_dtype crop_and_resize crop_to_bounding_box extract_image_patches extract_patches
        flip_left_right flip_up_down grayscale_to_rgb hsv_to_rgb image_gradients pad_to_bounding_box
        per_image_standardization resize resize_area resize_bicubic resize_bilinear
        resize_image_with_crop_or_pad resize_image_with_pad resize_images resize_nearest_neighbor
        resize_with_crop_or_pad resize_with_pad rgb_to_grayscale rgb_to_hsv rgb_to_yiq rgb_to_yuv rot90
        sobel_edges total_variation transpose transpose_image yiq_to_rgb yuv_to_rgb""",
    "linalg": """adjoint band_part cross diag diag_part einsum eye l2_normalize matmul matrix_transpose
        matvec norm normalize set_diag tensordot trace transpose""",
}

FUNCTIONS = frozenset(
    f"{module}.{name}" if module else name for module, names in _FUNCTIONS.items() for name in names.split()
)
"""TensorFlow's functions of tensors, by the names under which Keras saves their calls."""


def is_function(name: str) -> bool:
    """Whether a name is of a listed function, in either of TensorFlow's versions."""
    return name.removeprefix("compat.v1.") in FUNCTIONS
