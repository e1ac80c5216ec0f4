"""Makes the .keras fixtures and what Keras says of some rows. Run with Keras 3 and a backend."""
import json, os, sys, zipfile
import numpy as np, keras
L = keras.layers
out = sys.argv[1]

def fill(model):  # weights that compress well, so that the files stay small
    for n, w in enumerate(model.weights):
        if w.dtype != "float32": continue
        v = (np.arange(np.prod(w.shape)) * 37 + n * 11) % 101 / 101.0 - 0.5
        if "variance" in w.path: v = v + 1.5
        w.assign((v * 0.5).reshape(w.shape).astype("float32"))

def rows(n, width):
    return (np.arange(n * width).reshape(n, width) * 29 % 97 / 97.0 - 0.5).astype("float32")

def save(model, name, said):
    fill(model)
    path = os.path.join(out, name)
    model.save(path + ".stored.keras")
    with zipfile.ZipFile(path + ".stored.keras") as a, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as b:
        for e in a.namelist(): b.writestr(zipfile.ZipInfo(e, (1980, 1, 1, 0, 0, 0)), a.read(e), zipfile.ZIP_DEFLATED)
    os.remove(path + ".stored.keras")
    if said is not None:
        said[name] = [[float(v) for v in row] for row in model.predict(rows(3, model.input_shape[1]), verbose=0)]

said = {}
seed = keras.Sequential([keras.Input((1000,)), L.Dense(512, activation="relu"), L.Dense(10, activation="softmax")])
seed.compile(optimizer=keras.optimizers.Adam(1e-3), loss="categorical_crossentropy")
save(seed, "seed.keras", said)

x = keras.Input((6,), name="x")
a = L.Dense(4, activation="gelu", kernel_regularizer=keras.regularizers.L2(0.01))(x)
a = L.BatchNormalization(epsilon=1e-4)(a)
b = L.Dense(4, use_bias=False)(x)
b = L.LeakyReLU(negative_slope=0.2)(b)
c = L.Add()([a, b])
c = L.LayerNormalization(center=False)(c)
d = L.Concatenate()([c, x, L.Maximum()([a, c])])
d = L.Dropout(0.25)(d)
d = L.Activation("silu")(d)
y = L.Dense(1, activation="sigmoid", name="out")(d)
graph = keras.Model(x, y)
graph.compile(optimizer=keras.optimizers.SGD(0.05, momentum=0.9), loss=keras.losses.BinaryCrossentropy(label_smoothing=0.1))
save(graph, "graph.keras", said)

bad = keras.Sequential([keras.Input((8, 4)), L.LSTM(3), L.Dense(4, activation="relu6"), L.GaussianNoise(0.1), L.Dense(2, activation="softmax")])
bad.compile(optimizer="adamax", loss="kl_divergence")
save(bad, "unsupported.keras", None)
json.dump(said, open(os.path.join(out, "keras_said.json"), "w"), indent=1)
